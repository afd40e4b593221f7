"""From a move to the exact action: what is bound, what is missing, and what cannot get in."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.model import ActionType, Payload
from caseyos.domain.rendering import (
    MAX_OUTPUT,
    Draftable,
    Sender,
    as_plain,
    canonical,
    content_hash,
    from_plain,
    placeholders_left,
    render,
)
from caseyos.errors import CaseyError, ConfigError, UsageError
from tests.domain.hostile import HOSTILE

CASEY = Sender("Casey", "casey@me.example", "Casey\nMe & Co")
CONTEXT: dict[str, Any] = {
    "recipient": "Dana@Northwind.example",
    "recipient_name": "Dana Whitfield",
    "account": "Northwind",
    "deal": "Yards renewal",
    "template": "one",
}
MOVE = Draftable("send_email", "Open the conversation", CONTEXT, None, "2026-11-25T09:00:00+00:00")


def load(text: str) -> Any:
    return {"one": text, "plain": "PLAIN {{ name }}"}.get


def made(text: str = "Hello {{ name }},", **context: Any) -> Payload:
    return render(replace(MOVE, context=CONTEXT | context), CASEY, load(text))


def test_a_mail() -> None:
    assert made("Hello {{ name }}, about {{ deal }}.") == Payload(
        action_type="send_email",
        channel="local",
        subject="Yards renewal",
        body="Hello Dana, about Yards renewal.\n\nCasey\nMe & Co\n",
        recipients=("dana@northwind.example",),
        fields={
            "from": "casey@me.example",
            "from_name": "Casey",
            "recipient_name": "Dana Whitfield",
        },
    )


@pytest.mark.parametrize(
    ("action", "context", "subject"),
    [
        ("send_email", {"subject": "pricing"}, "pricing"),
        ("send_email", {"deal": None}, "Northwind"),
        ("send_email", {"deal": None, "account": None}, "A question"),
        ("follow_up", {}, "Following up: Yards renewal"),
        ("follow_up", {"thread": {"thread_key": "<a@b>"}, "subject": "pricing"}, "Re: pricing"),
    ],
)
def test_subjects(action: str, context: dict[str, Any], subject: str) -> None:
    move = replace(MOVE, action_type=action, context=CONTEXT | context)
    assert render(move, CASEY, load("x")).subject == subject


def test_a_follow_up_stays_in_its_thread() -> None:
    thread = {"in_reply_to": "<b@x>", "references": ["<a@x>", "<b@x>"]}
    fields = made(thread=thread, subject="pricing").fields
    assert fields["in_reply_to"] == "<b@x>"
    assert fields["references"] == ["<a@x>", "<b@x>"]


@pytest.mark.parametrize("bad", ["b@x", "<b@x>\r\nBcc: <c@x>", "<b x>", "<>", "<b\u202e@x>", 5])
def test_a_message_id_that_would_break_a_header(bad: object) -> None:
    with pytest.raises(ConfigError, match="Message-ID"):
        made(thread={"in_reply_to": bad})
    with pytest.raises(ConfigError, match="Message-ID"):
        made(thread={"in_reply_to": "<a@x>", "references": [bad]})


def test_the_operators_own_words_replace_the_template() -> None:
    move = replace(MOVE, draft={"subject": "Mine", "body": "My words\r\nand more"})
    payload = render(move, CASEY, load("{{ 'never' * 9 }}"))
    assert payload.subject == "Mine"
    assert payload.body == "My words\nand more"  # no signature under what a person wrote


def test_an_unknown_field_is_named_and_shown() -> None:
    payload = made("We met at {{ venue }} in {{ city }}, {{ venue }}.")
    assert payload.missing == ("venue", "city", "venue")
    assert "{{ venue }}" in payload.body
    assert placeholders_left(payload.body) == ("{{ venue }}", "{{ city }}")


def test_a_known_field_without_a_value_is_missing_too_unless_it_is_asked_about() -> None:
    assert made("{{ stage }}").missing == ("stage",)
    assert made("{% if stage %}in {{ stage }}{% endif %}{{ stage or 'on' }}").missing == ()


@pytest.mark.parametrize(
    ("name", "hello"),
    [("Dana Whitfield", "Dana"), ("", "there"), (None, "there"), ("dana@x.example", "there")],
)
def test_how_people_are_addressed(name: str | None, hello: str) -> None:
    assert made("{{ name }}", recipient_name=name).body.startswith(hello)


def test_a_template_that_is_not_there_is_the_plain_one() -> None:
    assert made(template="gone").body.startswith("PLAIN Dana")


@pytest.mark.parametrize(
    "source",
    [
        "x" * 20_001,
        "{% for a in account %}x{% endfor %}",
        "{{ account * 3 }}",
        "{{ account.__class__.__mro__ }}",
        "{{ account",
        "{{ 1 / 0 }}",
        "{{ venue.city }}",
        "{{ (" * 3_000,
        "{% include 'plain' %}",
    ],
)
def test_a_template_that_cannot_be_used_is_named(source: str) -> None:
    with pytest.raises(ConfigError, match=r"^Template 'one' ") as refusal:
        made(source)
    assert refusal.value.message.isprintable()


def test_what_a_template_makes_is_bounded() -> None:
    with pytest.raises(ConfigError, match=f"more than {MAX_OUTPUT}"):
        made("{{ account }}" * 1_500, account="x" * 200)


@pytest.mark.parametrize("text", HOSTILE, ids=range(30))
def test_hostile_text_stays_text(text: str) -> None:
    payload = made(
        "{{ account }} {{ deal }}", account=text, deal=text, recipient_name=text, subject=text
    )
    assert payload.subject.isprintable()
    assert payload.fields["from_name"] == "Casey"
    assert payload.fields["recipient_name"].isprintable()
    json.dumps(as_plain(payload)).encode()
    payload.body.encode()
    assert "\x00" not in payload.body
    assert payload.recipients == ("dana@northwind.example",)


def test_facts_are_not_templates() -> None:
    assert made("{{ account }}", account="{{ 7 * 7 }}").body.startswith("{{ 7 * 7 }}")


@pytest.mark.parametrize("recipient", ["a@x.example, b@x.example", "a@x.example\nBcc: b@x", "x"])
def test_a_recipient_is_one_address(recipient: str) -> None:
    with pytest.raises(UsageError, match="not one e-mail address"):
        made(recipient=recipient)


def test_a_task_tells_its_evidence_and_what_is_missing() -> None:
    context = {
        "evidence": ["she wrote"],
        "missing": ["an address"],
        "notes": "soon",
        "task_id": "7",
    }
    move = replace(MOVE, action_type="create_task", context=context, note="mine")
    payload = render(move, CASEY, load(""))
    assert payload.body == "she wrote\nMissing: an address\nsoon\nmine"
    assert payload.fields == {"due": MOVE.due, "task_id": "7"}
    assert payload.recipients == ()


def test_a_meeting_falls_back_to_the_moves_own_time() -> None:
    move = replace(MOVE, action_type="schedule_meeting")
    fields = render(move, CASEY, load("")).fields
    assert (fields["start"], fields["minutes"]) == (MOVE.due, 30)
    planned = {"meeting": {"title": "Demo", "start": "2026-12-01T10:00:00+00:00", "minutes": 45}}
    payload = render(replace(move, context=CONTEXT | planned), CASEY, load(""))
    assert payload.subject == "Demo"
    assert payload.fields["minutes"] == 45


@pytest.mark.parametrize("action", list(ActionType))
def test_every_action_renders_the_same_twice(action: str) -> None:
    one, two = (render(replace(MOVE, action_type=action), CASEY, load("x")) for _ in range(2))
    assert content_hash(one) == content_hash(two)


texts = st.text(max_size=20)
payloads = st.builds(
    Payload,
    action_type=st.sampled_from(list(ActionType)).map(str),
    channel=texts,
    subject=texts,
    body=texts,
    recipients=st.lists(texts, max_size=3).map(tuple),
    fields=st.dictionaries(texts, texts | st.integers() | st.none(), max_size=3),
    missing=st.lists(texts, max_size=2).map(tuple),
)


@given(payloads)
def test_a_payload_survives_being_frozen(payload: Payload) -> None:
    back = from_plain(json.loads(canonical(payload)))
    assert back == payload
    assert content_hash(back) == content_hash(payload)


@given(payloads, st.sampled_from(["subject", "body", "recipients", "channel", "fields"]))
def test_any_change_changes_the_hash(payload: Payload, name: str) -> None:
    other = {
        "subject": payload.subject + "x",
        "body": payload.body + " ",
        "recipients": (*payload.recipients, "b@x.example"),
        "channel": payload.channel + "x",
        "fields": {**payload.fields, "a new one": None},
    }[name]
    assert content_hash(replace(payload, **{name: other})) != content_hash(payload)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear [NAME] of [company]", ("[NAME]", "[company]")),
        ("{{ x }} and {{ x }}", ("{{ x }}",)),
        ("[TODO] write", ("[TODO]",)),
        ("[Acme] and {braces}", ()),
    ],
)
def test_forgotten_placeholders(text: str, left: tuple[str, ...]) -> None:
    assert placeholders_left(text) == left


@given(st.text(max_size=200))
def test_any_template_renders_or_is_refused_in_words(source: str) -> None:
    try:
        payload = made(source)
    except CaseyError as refusal:
        assert refusal.message
    else:
        payload.body.encode()
