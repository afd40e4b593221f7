# Completion of caseyos for fish. Made by `make docs`; put in place by `caseyos completion install`.
function __caseyos_path
    set -l words (commandline -opc)[2..]
    set -l path
    while set -q words[1]
        set -l word $words[1]
        set -e words[1]
        if contains -- $word --profile -P --config --color --tz --as-of --timeout
            set -e words[1]
        else if not string match -q -- '-*' $word
            set -a path $word
        end
    end
    string join ' ' $path
end
function __caseyos_in
    string match -qr -- "^$argv[1]( |\$)" (__caseyos_path)
end
function __caseyos_at
    set -l path (__caseyos_path)
    test "$path" = "$argv[1]"
end
function __caseyos_ids
    set -l profile (commandline -opc | string match -rg -- '^(?:--profile=)(.*)')
    set -l words (commandline -opc)
    for i in (seq (count $words))
        contains -- $words[$i] -P --profile; and set profile $words[(math $i + 1)]
    end
    set -q profile[1]; and caseyos -P $profile[1] completion ids 2>/dev/null; or caseyos completion ids 2>/dev/null
end
complete -c caseyos -f -n "__caseyos_at ''" -a today -d 'Todays Moves: pending, due within 24 hours or overdue, best first'
complete -c caseyos -n "__caseyos_in 'today'" -l limit
complete -c caseyos -n "__caseyos_in 'today'" -l all
complete -c caseyos -n "__caseyos_in 'today'" -l min-aps
complete -c caseyos -n "__caseyos_in 'today'" -l kind -xa 'send_email create_draft follow_up create_task complete_task schedule_meeting update_deal'
complete -c caseyos -n "__caseyos_in 'today'" -l account
complete -c caseyos -n "__caseyos_in 'today'" -l count
complete -c caseyos -n "__caseyos_in 'today'" -l why
complete -c caseyos -f -n "__caseyos_at ''" -a next -d 'The one top move, and why'
complete -c caseyos -f -n "__caseyos_at ''" -a queue -d 'Every move, with all filters, best first'
complete -c caseyos -n "__caseyos_in 'queue'" -l limit
complete -c caseyos -n "__caseyos_in 'queue'" -l status -xa 'pending accepted dismissed snoozed expired executed failed unknown rolled_back all'
complete -c caseyos -n "__caseyos_in 'queue'" -l owner -xa 'casey automated delegated'
complete -c caseyos -n "__caseyos_in 'queue'" -l kind -xa 'send_email create_draft follow_up create_task complete_task schedule_meeting update_deal'
complete -c caseyos -n "__caseyos_in 'queue'" -l source
complete -c caseyos -n "__caseyos_in 'queue'" -l account
complete -c caseyos -n "__caseyos_in 'queue'" -l min-aps
complete -c caseyos -n "__caseyos_in 'queue'" -l due -xa 'today week'
complete -c caseyos -n "__caseyos_in 'queue'" -l text
complete -c caseyos -f -n "__caseyos_at ''" -a status -d 'One line for a prompt'
complete -c caseyos -f -n "__caseyos_at ''" -a show -d 'One move in full: what led to it, its text, what was done'
complete -c caseyos -f -n "__caseyos_in 'show'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_at ''" -a why -d 'Explain a score: drivers that add up to it, evidence, and the change since yesterday'
complete -c caseyos -f -n "__caseyos_in 'why'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_at ''" -a triage -d 'Go through Todays Moves, one plain question at a time'
complete -c caseyos -n "__caseyos_in 'triage'" -l limit
complete -c caseyos -f -n "__caseyos_at ''" -a accept -d 'Accept moves as they are now'
complete -c caseyos -f -n "__caseyos_in 'accept'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_at ''" -a dismiss -d 'Dismiss moves, with a reason that trains the score'
complete -c caseyos -f -n "__caseyos_in 'dismiss'" -a '(__caseyos_ids)'
complete -c caseyos -n "__caseyos_in 'dismiss'" -l reason
complete -c caseyos -n "__caseyos_in 'dismiss'" -l note
complete -c caseyos -f -n "__caseyos_at ''" -a snooze -d 'Put moves away: later, tomorrow, monday, 2h, 3d, 2026-12-01, tue 14:00, or reply'
complete -c caseyos -f -n "__caseyos_in 'snooze'" -a later
complete -c caseyos -f -n "__caseyos_in 'snooze'" -a tonight
complete -c caseyos -f -n "__caseyos_in 'snooze'" -a tomorrow
complete -c caseyos -f -n "__caseyos_in 'snooze'" -a monday
complete -c caseyos -f -n "__caseyos_in 'snooze'" -a reply
complete -c caseyos -f -n "__caseyos_in 'snooze'" -a '(__caseyos_ids)'
complete -c caseyos -n "__caseyos_in 'snooze'" -l until
complete -c caseyos -f -n "__caseyos_at ''" -a wake -d 'Bring snoozed moves back now'
complete -c caseyos -f -n "__caseyos_in 'wake'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_at ''" -a reopen -d 'Make dismissed, expired, accepted or undone moves pending again'
complete -c caseyos -f -n "__caseyos_in 'reopen'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_at ''" -a edit -d 'Edit a moves text, or a meetings time, in EDITOR or by flags'
complete -c caseyos -f -n "__caseyos_in 'edit'" -a '(__caseyos_ids)'
complete -c caseyos -n "__caseyos_in 'edit'" -l subject
complete -c caseyos -n "__caseyos_in 'edit'" -l body
complete -c caseyos -n "__caseyos_in 'edit'" -l start
complete -c caseyos -n "__caseyos_in 'edit'" -l minutes
complete -c caseyos -f -n "__caseyos_at ''" -a note -d 'Add a note to a move'
complete -c caseyos -f -n "__caseyos_in 'note'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_at ''" -a add -d 'Add a move by hand'
complete -c caseyos -n "__caseyos_in 'add'" -l due -xa 'today week'
complete -c caseyos -n "__caseyos_in 'add'" -l effort
complete -c caseyos -n "__caseyos_in 'add'" -l action
complete -c caseyos -n "__caseyos_in 'add'" -l to
complete -c caseyos -n "__caseyos_in 'add'" -l revenue
complete -c caseyos -n "__caseyos_in 'add'" -l owner -xa 'casey automated delegated'
complete -c caseyos -f -n "__caseyos_at ''" -a outcome -d 'Record what came of a move'
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a replied
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a meeting_booked
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a stage_advanced
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a stage_regressed
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a deal_won
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a deal_lost
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a deliverable_shipped
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a bounced
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a unsubscribed
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a no_response
complete -c caseyos -f -n "__caseyos_in 'outcome'" -a '(__caseyos_ids)'
complete -c caseyos -n "__caseyos_in 'outcome'" -l positive
complete -c caseyos -n "__caseyos_in 'outcome'" -l negative
complete -c caseyos -n "__caseyos_in 'outcome'" -l note
complete -c caseyos -f -n "__caseyos_at ''" -a preview -d 'Show exactly what a move would do'
complete -c caseyos -f -n "__caseyos_in 'preview'" -a '(__caseyos_ids)'
complete -c caseyos -n "__caseyos_in 'preview'" -l draft
complete -c caseyos -f -n "__caseyos_at ''" -a execute -d 'Do it: exactly the previewed bytes, at most once; several with the typed words'
complete -c caseyos -f -n "__caseyos_in 'execute'" -a '(__caseyos_ids)'
complete -c caseyos -n "__caseyos_in 'execute'" -l plan
complete -c caseyos -n "__caseyos_in 'execute'" -l dry-run
complete -c caseyos -n "__caseyos_in 'execute'" -s n
complete -c caseyos -n "__caseyos_in 'execute'" -l yes
complete -c caseyos -n "__caseyos_in 'execute'" -s y
complete -c caseyos -n "__caseyos_in 'execute'" -l draft
complete -c caseyos -n "__caseyos_in 'execute'" -l no-wait
complete -c caseyos -f -n "__caseyos_at ''" -a undo -d 'Take back your last step; a batch is one step, an effect is removed'
complete -c caseyos -n "__caseyos_in 'undo'" -l list
complete -c caseyos -f -n "__caseyos_at ''" -a redo -d 'Do again what you undid last'
complete -c caseyos -f -n "__caseyos_at ''" -a outbox -d 'What is on its way'
complete -c caseyos -f -n "__caseyos_at 'outbox'" -a list -d 'What is queued, blocked with its reason, or UNKNOWN'
complete -c caseyos -f -n "__caseyos_at 'outbox'" -a recall -d 'Take queued moves out before anything happens; what has happened is undone instead'
complete -c caseyos -f -n "__caseyos_at 'outbox'" -a hold -d 'Keep queued moves back until you release them'
complete -c caseyos -f -n "__caseyos_at 'outbox'" -a release -d 'Let held moves go on; mail waits out its hold window again'
complete -c caseyos -f -n "__caseyos_at 'outbox'" -a flush -d 'Run what is due now; with send.allow_no_wait what is in its hold window, too'
complete -c caseyos -f -n "__caseyos_at 'outbox'" -a answer -d 'Answer an UNKNOWN: look again, try again, it was sent, or let it go'
complete -c caseyos -f -n "__caseyos_in 'outbox recall'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_in 'outbox hold'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_in 'outbox release'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_in 'outbox answer'" -a '(__caseyos_ids)'
complete -c caseyos -f -n "__caseyos_at ''" -a mode -d 'SAFE or LIVE'
complete -c caseyos -f -n "__caseyos_in 'mode'" -a safe
complete -c caseyos -f -n "__caseyos_in 'mode'" -a live
complete -c caseyos -n "__caseyos_in 'mode'" -l for
complete -c caseyos -f -n "__caseyos_at ''" -a signals -d 'What was observed'
complete -c caseyos -f -n "__caseyos_at 'signals'" -a list -d 'Signals, newest first, and what each became'
complete -c caseyos -f -n "__caseyos_at 'signals'" -a show -d 'One signal with its data'
complete -c caseyos -f -n "__caseyos_at 'signals'" -a retry -d 'Take a quarantined mail again'
complete -c caseyos -f -n "__caseyos_at 'signals'" -a sync -d 'Ask the sources for news, and note what came of what was sent'
complete -c caseyos -n "__caseyos_in 'signals list'" -l source
complete -c caseyos -n "__caseyos_in 'signals list'" -l kind -xa 'send_email create_draft follow_up create_task complete_task schedule_meeting update_deal'
complete -c caseyos -n "__caseyos_in 'signals list'" -l unmatched
complete -c caseyos -n "__caseyos_in 'signals list'" -l quarantine
complete -c caseyos -n "__caseyos_in 'signals list'" -l limit
complete -c caseyos -f -n "__caseyos_at ''" -a activity -d 'Everything that was done, by whom, newest first'
complete -c caseyos -n "__caseyos_in 'activity'" -l since
complete -c caseyos -n "__caseyos_in 'activity'" -l who
complete -c caseyos -n "__caseyos_in 'activity'" -l what
complete -c caseyos -n "__caseyos_in 'activity'" -l id
complete -c caseyos -n "__caseyos_in 'activity'" -l limit
complete -c caseyos -f -n "__caseyos_at ''" -a audit -d 'The receipts'
complete -c caseyos -f -n "__caseyos_at 'audit'" -a verify -d 'Work the chain of receipts out anew and compare'
complete -c caseyos -f -n "__caseyos_at 'audit'" -a show -d 'The receipts as they are, newest first'
complete -c caseyos -n "__caseyos_in 'audit show'" -l limit
complete -c caseyos -f -n "__caseyos_at ''" -a stats -d 'How it went: what came in, what was decided, done, and came of it'
complete -c caseyos -n "__caseyos_in 'stats'" -l since
complete -c caseyos -f -n "__caseyos_at ''" -a find -d 'People, companies and moves that hold the words'
complete -c caseyos -n "__caseyos_in 'find'" -l limit
complete -c caseyos -f -n "__caseyos_at ''" -a tick -d 'One pass for cron: fetch, generate, carry out what is due'
complete -c caseyos -n "__caseyos_in 'tick'" -l no-send
complete -c caseyos -n "__caseyos_in 'tick'" -l source
complete -c caseyos -n "__caseyos_in 'tick'" -l max-seconds
complete -c caseyos -f -n "__caseyos_at ''" -a daemon -d 'The daemon'
complete -c caseyos -f -n "__caseyos_at 'daemon'" -a run -d 'Run in the foreground until SIGTERM or Ctrl-C'
complete -c caseyos -f -n "__caseyos_at 'daemon'" -a status -d 'Whether it runs, since when, and how its jobs went'
complete -c caseyos -f -n "__caseyos_at 'daemon'" -a stop -d 'Ask it to end, and wait until it has'
complete -c caseyos -n "__caseyos_in 'daemon run'" -l http
complete -c caseyos -n "__caseyos_in 'daemon run'" -l host
complete -c caseyos -n "__caseyos_in 'daemon run'" -l port
complete -c caseyos -f -n "__caseyos_at ''" -a pause -d 'The kill switch: no action begins until you resume'
complete -c caseyos -f -n "__caseyos_in 'pause'" -a all
complete -c caseyos -f -n "__caseyos_in 'pause'" -a outbound
complete -c caseyos -f -n "__caseyos_in 'pause'" -a local
complete -c caseyos -n "__caseyos_in 'pause'" -l for
complete -c caseyos -n "__caseyos_in 'pause'" -l reason
complete -c caseyos -f -n "__caseyos_at ''" -a resume -d 'Let go of the kill switch'
complete -c caseyos -f -n "__caseyos_at ''" -a ops -d 'What an operator looks at'
complete -c caseyos -f -n "__caseyos_at 'ops'" -a breakers -d 'The breakers of the channels: closed, open until a time, or half open with one try'
complete -c caseyos -f -n "__caseyos_at 'ops'" -a test-error -d 'Raise a marked error and report it, to see that crash reports arrive'
complete -c caseyos -n "__caseyos_in 'ops breakers'" -l close
complete -c caseyos -f -n "__caseyos_at ''" -a init -d 'Make the database; say what comes next'
complete -c caseyos -f -n "__caseyos_at ''" -a demo -d 'A full queue of made-up data'
complete -c caseyos -f -n "__caseyos_at 'demo'" -a start -d 'Make the demo profile, or reuse it'
complete -c caseyos -f -n "__caseyos_at 'demo'" -a stop -d 'Remove the demo profile and its database'
complete -c caseyos -n "__caseyos_in 'demo start'" -l open
complete -c caseyos -f -n "__caseyos_at ''" -a import -d 'Import deals from a CSV export, or mail from a folder'
complete -c caseyos -n "__caseyos_in 'import'" -l accounts
complete -c caseyos -n "__caseyos_in 'import'" -l products
complete -c caseyos -n "__caseyos_in 'import'" -l date-format
complete -c caseyos -n "__caseyos_in 'import'" -l map
complete -c caseyos -n "__caseyos_in 'import'" -l me
complete -c caseyos -n "__caseyos_in 'import'" -l source
complete -c caseyos -n "__caseyos_in 'import'" -l currency
complete -c caseyos -f -n "__caseyos_at ''" -a auth -d 'Logins of outside accounts'
complete -c caseyos -f -n "__caseyos_at 'auth'" -a login -d 'Set an account up where it is new, try the login with its servers, and keep the secret'
complete -c caseyos -f -n "__caseyos_at 'auth'" -a status -d 'Every account and where its secret is; nothing is dialled'
complete -c caseyos -f -n "__caseyos_at 'auth'" -a test -d 'Log in to its servers with what is kept; nothing is changed or sent'
complete -c caseyos -f -n "__caseyos_at 'auth'" -a logout -d 'Forget the secret in the keyring'
complete -c caseyos -n "__caseyos_in 'auth login'" -l user
complete -c caseyos -n "__caseyos_in 'auth login'" -l host
complete -c caseyos -n "__caseyos_in 'auth login'" -l security
complete -c caseyos -n "__caseyos_in 'auth login'" -l port
complete -c caseyos -n "__caseyos_in 'auth login'" -l smtp-host
complete -c caseyos -n "__caseyos_in 'auth login'" -l smtp-security
complete -c caseyos -n "__caseyos_in 'auth login'" -l smtp-port
complete -c caseyos -n "__caseyos_in 'auth login'" -l auth
complete -c caseyos -n "__caseyos_in 'auth login'" -l ca-file
complete -c caseyos -n "__caseyos_in 'auth login'" -l secret-stdin
complete -c caseyos -f -n "__caseyos_at ''" -a config -d 'The configuration'
complete -c caseyos -f -n "__caseyos_at 'config'" -a path -d 'Where the configuration and the data are'
complete -c caseyos -f -n "__caseyos_at 'config'" -a list -d 'Every key with the value in force'
complete -c caseyos -f -n "__caseyos_at 'config'" -a get -d 'The value of one key, or of a section'
complete -c caseyos -f -n "__caseyos_at 'config'" -a set -d 'Change one key in your file; a value that would be refused leaves it alone'
complete -c caseyos -f -n "__caseyos_at 'config'" -a edit -d 'Open your file in EDITOR; say what is wrong with it afterwards, or that nothing is'
complete -c caseyos -f -n "__caseyos_at 'config'" -a explain -d 'Where a value comes from: every layer, and which is used'
complete -c caseyos -f -n "__caseyos_at 'config'" -a check -d 'Read every layer; say what is wrong, or that nothing is'
complete -c caseyos -f -n "__caseyos_at 'config'" -a example -d 'A whole configuration with its defaults, each key explained'
complete -c caseyos -n "__caseyos_in 'config example'" -l to
complete -c caseyos -f -n "__caseyos_at ''" -a score -d 'How moves are scored'
complete -c caseyos -f -n "__caseyos_at 'score'" -a simulate -d 'What these facts would score, and why'
complete -c caseyos -f -n "__caseyos_at 'score'" -a rules -d 'The plays in force: on which signal, which action, due, effort'
complete -c caseyos -f -n "__caseyos_at 'score'" -a weights -d 'The weights and knots in force'
complete -c caseyos -n "__caseyos_in 'score simulate'" -l revenue
complete -c caseyos -n "__caseyos_in 'score simulate'" -l days
complete -c caseyos -n "__caseyos_in 'score simulate'" -l minutes
complete -c caseyos -n "__caseyos_in 'score simulate'" -l icp
complete -c caseyos -n "__caseyos_in 'score simulate'" -l unblocks
complete -c caseyos -f -n "__caseyos_at ''" -a dnc -d 'Who must not be written to (do not contact)'
complete -c caseyos -f -n "__caseyos_at 'dnc'" -a list -d 'The whole list, newest first'
complete -c caseyos -f -n "__caseyos_at 'dnc'" -a add -d 'Never write to them: an address (all its + tags), a domain (all below it), a company'
complete -c caseyos -f -n "__caseyos_at 'dnc'" -a remove -d 'They may be written to again'
complete -c caseyos -f -n "__caseyos_at 'dnc'" -a check -d 'Whether somebody may be written to, and what forbids it'
complete -c caseyos -f -n "__caseyos_at 'dnc'" -a import -d 'Put a whole file on the list; one step, so undo takes all of it back'
complete -c caseyos -n "__caseyos_in 'dnc add'" -l company
complete -c caseyos -n "__caseyos_in 'dnc add'" -l reason
complete -c caseyos -n "__caseyos_in 'dnc remove'" -l company
complete -c caseyos -n "__caseyos_in 'dnc import'" -l reason
complete -c caseyos -f -n "__caseyos_at ''" -a db -d 'The database'
complete -c caseyos -f -n "__caseyos_at 'db'" -a status -d 'Whether it answers, its version, schema and size'
complete -c caseyos -f -n "__caseyos_at 'db'" -a migrate -d 'Bring the schema to what this CaseyOS needs'
complete -c caseyos -f -n "__caseyos_at 'db'" -a downgrade -d 'Take the schema back, after a backup'
complete -c caseyos -f -n "__caseyos_at 'db'" -a backup -d 'Write a backup, proved by restoring it into a scratch database'
complete -c caseyos -f -n "__caseyos_at 'db'" -a restore -d 'Put a backup in the databases place; what is there is backed up first'
complete -c caseyos -f -n "__caseyos_at 'db'" -a shell -d 'psql on this database'
complete -c caseyos -n "__caseyos_in 'db downgrade'" -l yes
complete -c caseyos -n "__caseyos_in 'db downgrade'" -s y
complete -c caseyos -n "__caseyos_in 'db backup'" -l to
complete -c caseyos -n "__caseyos_in 'db restore'" -l yes
complete -c caseyos -n "__caseyos_in 'db restore'" -s y
complete -c caseyos -n "__caseyos_in 'db shell'" -l command
complete -c caseyos -n "__caseyos_in 'db shell'" -s c
complete -c caseyos -f -n "__caseyos_at ''" -a doctor -d 'Check everything; name what is wrong and the one command that fixes it'
complete -c caseyos -f -n "__caseyos_at ''" -a completion -d 'Completion for your shell'
complete -c caseyos -f -n "__caseyos_at 'completion'" -a show -d 'Print the completion file'
complete -c caseyos -f -n "__caseyos_at 'completion'" -a install -d 'Put the completion file where your shell looks for it'
complete -c caseyos -f -n "__caseyos_in 'completion show'" -a bash
complete -c caseyos -f -n "__caseyos_in 'completion show'" -a zsh
complete -c caseyos -f -n "__caseyos_in 'completion show'" -a fish
complete -c caseyos -f -n "__caseyos_in 'completion install'" -a bash
complete -c caseyos -f -n "__caseyos_in 'completion install'" -a zsh
complete -c caseyos -f -n "__caseyos_in 'completion install'" -a fish
complete -c caseyos -f -n "__caseyos_at ''" -a help -d 'Read about a topic'
complete -c caseyos -f -n "__caseyos_in 'help'" -a exit-codes
complete -c caseyos -f -n "__caseyos_in 'help'" -a environment
complete -c caseyos -f -n "__caseyos_in 'help'" -a config
complete -c caseyos -f -n "__caseyos_in 'help'" -a scoring
complete -c caseyos -f -n "__caseyos_in 'help'" -a safety
complete -c caseyos -f -n "__caseyos_in 'help'" -a json
complete -c caseyos -f -n "__caseyos_in 'help'" -a accessibility
complete -c caseyos -f -n "__caseyos_in 'help'" -a privacy
complete -c caseyos -f -n "__caseyos_at ''" -a version -d 'This programs version'
complete -c caseyos -l json
complete -c caseyos -l plain
complete -c caseyos -l quiet
complete -c caseyos -s q
complete -c caseyos -l no-input
complete -c caseyos -l ascii
complete -c caseyos -l accessible
complete -c caseyos -l utc
complete -c caseyos -s v
complete -c caseyos -o vv
complete -c caseyos -l verbose
complete -c caseyos -l no-pager
complete -c caseyos -l no-plugins
complete -c caseyos -l profile
complete -c caseyos -s P
complete -c caseyos -l config
complete -c caseyos -l color -xa 'auto always never'
complete -c caseyos -l tz
complete -c caseyos -l as-of
complete -c caseyos -l timeout
