# Completion of caseyos for bash. Made by `make docs`; put in place by `caseyos completion install`.
_caseyos() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command= words= options= ids= word code i
    local -a profile=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            -P | --profile) profile=(-P "${COMP_WORDS[++i]}") ;;
            --config | --color | --tz | --as-of | --timeout) ((i++)) ;;
            -*) ;;
            *) case "${command:+$command }$word" in
                "today"|"next"|"queue"|"status"|"show"|"why"|"triage"|"accept"|"dismiss"|"snooze"|"wake"|"reopen"|"edit"|"note"|"add"|"outcome"|"preview"|"execute"|"undo"|"redo"|"outbox"|"outbox list"|"outbox recall"|"outbox hold"|"outbox release"|"outbox flush"|"outbox answer"|"mode"|"signals"|"signals list"|"signals show"|"signals retry"|"signals sync"|"activity"|"audit"|"audit verify"|"audit show"|"stats"|"find"|"tick"|"daemon"|"daemon run"|"daemon status"|"daemon stop"|"pause"|"resume"|"ops"|"ops breakers"|"ops test-error"|"init"|"demo"|"demo start"|"demo stop"|"import"|"auth"|"auth login"|"auth status"|"auth test"|"auth logout"|"config"|"config path"|"config list"|"config get"|"config set"|"config edit"|"config explain"|"config check"|"config example"|"score"|"score simulate"|"score rules"|"score weights"|"dnc"|"dnc list"|"dnc add"|"dnc remove"|"dnc check"|"dnc import"|"db"|"db status"|"db migrate"|"db downgrade"|"db backup"|"db restore"|"db shell"|"doctor"|"completion"|"completion show"|"completion install"|"help"|"version") command="${command:+$command }$word" ;;
            esac ;;
        esac
    done
    case $command in
        "") words='today next queue status show why triage accept dismiss snooze wake reopen edit note add outcome preview execute undo redo outbox mode signals activity audit stats find tick daemon pause resume ops init demo import auth config score dnc db doctor completion help version' ;;
        "today") words='' options='--limit --all --min-aps --kind --account --count --why' ;;
        "next") words='' options='' ;;
        "queue") words='' options='--limit --status --owner --kind --source --account --min-aps --due --text' ;;
        "status") words='' options='' ;;
        "show") words='' options='' ids=yes ;;
        "why") words='' options='' ids=yes ;;
        "triage") words='' options='--limit' ;;
        "accept") words='' options='' ids=yes ;;
        "dismiss") words='' options='--reason --note' ids=yes ;;
        "snooze") words='later tonight tomorrow monday reply' options='--until' ids=yes ;;
        "wake") words='' options='' ids=yes ;;
        "reopen") words='' options='' ids=yes ;;
        "edit") words='' options='--subject --body --start --minutes' ids=yes ;;
        "note") words='' options='' ids=yes ;;
        "add") words='' options='--due --effort --action --to --revenue --owner' ;;
        "outcome") words='replied meeting_booked stage_advanced stage_regressed deal_won deal_lost deliverable_shipped bounced unsubscribed no_response' options='--positive --negative --note' ids=yes ;;
        "preview") words='' options='--draft' ids=yes ;;
        "execute") words='' options='--plan --dry-run -n --yes -y --draft --no-wait' ids=yes ;;
        "undo") words='' options='--list' ;;
        "redo") words='' options='' ;;
        "outbox") words='list recall hold release flush answer' options='' ;;
        "outbox list") words='' options='' ;;
        "outbox recall") words='' options='' ids=yes ;;
        "outbox hold") words='' options='' ids=yes ;;
        "outbox release") words='' options='' ids=yes ;;
        "outbox flush") words='' options='' ;;
        "outbox answer") words='' options='' ids=yes ;;
        "mode") words='safe live' options='--for' ;;
        "signals") words='list show retry sync' options='' ;;
        "signals list") words='' options='--source --kind --unmatched --quarantine --limit' ;;
        "signals show") words='' options='' ;;
        "signals retry") words='' options='' ;;
        "signals sync") words='' options='' ;;
        "activity") words='' options='--since --who --what --id --limit' ;;
        "audit") words='verify show' options='' ;;
        "audit verify") words='' options='' ;;
        "audit show") words='' options='--limit' ;;
        "stats") words='' options='--since' ;;
        "find") words='' options='--limit' ;;
        "tick") words='' options='--no-send --source --max-seconds' ;;
        "daemon") words='run status stop' options='' ;;
        "daemon run") words='' options='--http --host --port' ;;
        "daemon status") words='' options='' ;;
        "daemon stop") words='' options='' ;;
        "pause") words='all outbound local' options='--for --reason' ;;
        "resume") words='' options='' ;;
        "ops") words='breakers test-error' options='' ;;
        "ops breakers") words='' options='--close' ;;
        "ops test-error") words='' options='' ;;
        "init") words='' options='' ;;
        "demo") words='start stop' options='' ;;
        "demo start") words='' options='--open' ;;
        "demo stop") words='' options='' ;;
        "import") words='' options='--accounts --products --date-format --map --me --source --currency' ;;
        "auth") words='login status test logout' options='' ;;
        "auth login") words='' options='--user --host --security --port --smtp-host --smtp-security --smtp-port --auth --ca-file --secret-stdin' ;;
        "auth status") words='' options='' ;;
        "auth test") words='' options='' ;;
        "auth logout") words='' options='' ;;
        "config") words='path list get set edit explain check example' options='' ;;
        "config path") words='' options='' ;;
        "config list") words='' options='' ;;
        "config get") words='' options='' ;;
        "config set") words='' options='' ;;
        "config edit") words='' options='' ;;
        "config explain") words='' options='' ;;
        "config check") words='' options='' ;;
        "config example") words='' options='--to' ;;
        "score") words='simulate rules weights' options='' ;;
        "score simulate") words='' options='--revenue --days --minutes --icp --unblocks' ;;
        "score rules") words='' options='' ;;
        "score weights") words='' options='' ;;
        "dnc") words='list add remove check import' options='' ;;
        "dnc list") words='' options='' ;;
        "dnc add") words='' options='--company --reason' ;;
        "dnc remove") words='' options='--company' ;;
        "dnc check") words='' options='' ;;
        "dnc import") words='' options='--reason' ;;
        "db") words='status migrate downgrade backup restore shell' options='' ;;
        "db status") words='' options='' ;;
        "db migrate") words='' options='' ;;
        "db downgrade") words='' options='--yes -y' ;;
        "db backup") words='' options='--to' ;;
        "db restore") words='' options='--yes -y' ;;
        "db shell") words='' options='--command -c' ;;
        "doctor") words='' options='' ;;
        "completion") words='show install' options='' ;;
        "completion show") words='bash zsh fish' options='' ;;
        "completion install") words='bash zsh fish' options='' ;;
        "help") words='exit-codes environment config scoring safety json accessibility privacy' options='' ;;
        "version") words='' options='' ;;
    esac
    case $prev in
        --color) words='auto always never' ;;
        --kind) words='send_email create_draft follow_up create_task complete_task schedule_meeting update_deal' ;;
        --status) words='pending accepted dismissed snoozed expired executed failed unknown rolled_back all' ;;
        --owner) words='casey automated delegated' ;;
        --due) words='today week' ;;
        *) [[ $cur == -* ]] && words="$options --json --plain --quiet -q --no-input --ascii --accessible --utc -v -vv --verbose --no-pager --no-plugins --profile -P --config --color --tz --as-of --timeout" ids= ;;
    esac
    if [[ -n $ids ]]; then
        while IFS=$'\t' read -r code word; do
            words+=" $code"
        done < <(caseyos "${profile[@]}" completion ids 2>/dev/null)
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _caseyos caseyos
