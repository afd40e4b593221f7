"""Whether somebody asks not to be written to any more. Where it is not plain, a person reads it.

Only what the writer wrote himself counts: quotes, footers and signatures say "unsubscribe" too.
"""

from __future__ import annotations

import itertools
import re
from email.message import Message

MAX_PARTS = 30
MAX_TEXT = 20_000  # characters looked at
MAX_LINES = 15  # of the writer's own; a wish to be left alone is not buried deeper
LONGEST = 25  # words of a sentence that says so

_UNSUBSCRIBE_SUBJECT = re.compile(r"^\s*(re:\s*)?(please )?unsubscribe( me)?\W*$", re.IGNORECASE)
_QUOTE = re.compile(
    r"^\s*(>|\|)|^-{2,}\s*$|^-{3,}.*(original|forwarded|ursprüngliche|message d'origine)"
    r"|^_{8,}|^\s*(from|von|de|van|da)\s?:\s.*@|^on\b.{5,200}\bwrote:\s*$"
    r"|^on [a-z0-9]{2,9}[ ,.].*\d"
    r"|^am .{5,200}\bschrieb\b|^le .{5,200}a écrit|^el .{5,200}escribió|^op .{5,200}schreef"
    r"|^sent from my|^get outlook for",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"^(please |kindly )?(stop|unsubscribe|remove|opt[ -]?out|abmelden|désinscription|baja)"
    r"( me)?( please| now| thanks?| thank you)*$",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"^(please |kindly |just |hi |hello |no,? |thanks?,? |but |and |then |so |also )*"
    r"((can|could|would|will) you (please |kindly )?"
    r"|i( want| wish| would like|'?d like| ask you) (you )?to |i (hereby )?"
    r"|we (want|would like) to )?(please |kindly |just )*"
    r"(unsubscribe( me| us| this| my| from| immediately|$)"
    r"|(be )?(opt(ed)?|take[n]?) (me |us )?(out|off)( of)? (from )?(this|your|the|all|any)"
    r"|opt (me|us) out"
    r"|(be )?(remove|delete|take|strike)d? ((me|us|my|our|this|the following)( own| work)?"
    r"( e-?mail| mail)?( address| name| details| data)? )?(from|off)( of)? (your|this|the|all|any)"
    r"|(stop|quit|cease|refrain from) (e-?mailing|mailing|contacting|writing|messaging|spamming"
    r"|sending|bothering|pestering)( to)?( me| us| this address| these|$)"
    r"|stop (these|the|your|all) (e-?mails?|mails?|messages)"
    r"|(do not|don't|dont|never) (ever )?(e-?mail|mail|contact|write( to)?|message|send) (me|us)\b"
    r"(?! (before|until|till|on |at |this week|next week|today|the (contract|invoice|proposal))))",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"bitte (nehmen|streichen|löschen|entfernen) sie mich|keine (weiteren )?(e-?)?mails mehr"
    r"|nehmen sie mich (bitte )?aus|bitte keine weiteren (e-?)?mails"
    r"|(merci de|veuillez) (me )?(désinscrire|désabonner|retirer|supprimer|ne plus)"
    r"|ne (me|nous) (contactez|écrivez|envoyez) plus|(denme|dame|darme|dar) de baja"
    r"|no (me )?(envíen|envíe|escriban|contacten) más|não me (envie|escreva|contacte) mais"
    r"|verwijder(t u)? mij|stuur mij geen",
    re.IGNORECASE,
)
# Advice to others, not a wish of one's own.
_ADVICE = re.compile(r"\b(click|visit|link|here|http|www\.|you can|if you)\b", re.I)


def asks_to_stop(message: Message, subject: str) -> bool:
    """Whether a mail says so, in its subject as List-Unsubscribe has it or in its own words."""
    if hits_list_unsubscribe(subject):
        return True
    text = own_text(message)
    if _ALONE.match(text.strip(" \n.,!?-*_()\"'")):
        return True
    return any(_wishes(sentence) for sentence in re.split(r"[.!?;\n]+", text))


def hits_list_unsubscribe(subject: str) -> bool:
    """Whether a subject is the one our List-Unsubscribe address asks for."""
    return _UNSUBSCRIBE_SUBJECT.match(subject) is not None


def own_text(message: Message) -> str:
    """What the writer wrote, without quotes and signature; at most so many lines."""
    lines: list[str] = []
    for line in _text(message).splitlines():
        if _QUOTE.search(line):
            break
        if line.strip():
            lines.append(" ".join(line.split())[:500])
        if len(lines) == MAX_LINES:
            break
    return "\n".join(lines)


def _wishes(sentence: str) -> bool:
    plain = sentence.strip(" ,-–—\"'()").replace("’", "'")
    if not plain or len(plain.split()) > LONGEST or _ADVICE.search(plain):
        return False
    # After a greeting or an aside, "Hi Casey, please stop emailing me" is still the wish.
    parts = [plain, *(part.strip() for part in re.split(r"[,:]| - | – ", plain)[1:])]
    return any(_WISH.match(part) or _OTHERS.search(part) or _ALONE.match(part) for part in parts)


def _text(message: Message) -> str:
    html = ""
    for part in itertools.islice(message.walk(), MAX_PARTS):
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or part.get_filename():
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        try:
            text = payload[: 4 * MAX_TEXT].decode(part.get_content_charset() or "utf-8", "replace")
        except (LookupError, ValueError):
            text = payload[: 4 * MAX_TEXT].decode("utf-8", "replace")
        if kind == "text/plain" and text.strip():
            return text[:MAX_TEXT]
        html = html or text
    return _without_tags(html[:MAX_TEXT])


def _without_tags(html: str) -> str:
    """The words of HTML up to its first quote, a line a block."""
    import html as entities

    quote = re.search(
        r"<blockquote|class=[\"']?gmail_quote|divRplyFwdMsg|<hr\b|class=[\"']?moz-cite", html, re.I
    )
    kept = html[: quote.start()] if quote else html
    kept = kept[: kept.rfind("<")] if quote and kept.rfind("<") > kept.rfind(">") else kept
    kept = re.sub(r"(?is)<(style|script|head|title)\b.*?(</\1>|$)", " ", kept)
    kept = re.sub(r"(?i)<(br|/p|/div|/tr|/li)\b[^<>]*>", "\n", kept)
    return entities.unescape(re.sub(r"<[^<>]*>", " ", kept))
