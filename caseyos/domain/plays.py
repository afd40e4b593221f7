"""Plays: from a signal and the facts about it to a candidate move (SPEC section 4).

A play is data. Its conditions and titles run in `sandbox`.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, TemplateError

from caseyos.domain.model import EMAIL_ACTIONS, INTERNAL_SIGNALS, ActionType
from caseyos.domain.sandbox import Sandbox
from caseyos.domain.text import safe_line
from caseyos.errors import ConfigError, UsageError

MAX_SOURCE = 2_000  # characters of a condition or title
MAX_TITLE = 160
MAX_KEY = 500
MAX_EFFORT = 100_000  # minutes
OUTSIDE_AGE = timedelta(days=30)
_STEP = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}

_ACTIONS = frozenset(ActionType)
_NEEDS_ADDRESS = frozenset({*EMAIL_ACTIONS, ActionType.SCHEDULE_MEETING})

# Where the id of an entity stands: whether in the event's own data, and under which name.
_ENTITIES = {
    "contact": (False, "contact_id"),
    "deal": (False, "deal_id"),
    "account": (False, "account_id"),
    "thread": (True, "thread_key"),
    "meeting": (True, "meeting_id"),
    "draft": (True, "draft_id"),
    "batch": (True, "batch_id"),
}

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Play:
    """A compiled play; `when` and `title` take the facts."""

    name: str
    on: str
    action: str
    entity: str
    due: str
    effort: float
    template: str | None
    max_age: timedelta | None
    when: Callable[[Facts], bool]
    title: Callable[[Facts], str]
    unblocks: Callable[[Facts], int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a play makes of a signal, before it is scored."""

    play: str
    action_type: str
    title: str
    dedupe_key: str
    due_by: datetime | None
    effort: float | None
    template: str | None
    missing: tuple[str, ...]
    unblocks: int
    owner: str = "casey"


def compile_plays(raw: Sequence[Mapping[str, Any]]) -> tuple[Play, ...]:
    """Check and compile plays; ConfigError names the play and what is wrong with it."""
    sandbox = Sandbox(ChainableUndefined)
    return tuple(_compile(sandbox, one) for one in raw if one.get("enabled", True) is not False)


def override(
    shipped: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The shipped plays with the operator's fields laid over them, and his own plays behind."""
    plays = {str(play["name"]): dict(play) for play in shipped}
    for play in own:
        given = {key: value for key, value in play.items() if value is not None}
        plays[str(play["name"])] = plays.get(str(play["name"]), {}) | given
    return list(plays.values())


def candidate(play: Play, facts: Facts, *, now: datetime, zone: tzinfo | None = None) -> Candidate:
    """The move `play` proposes. An action that lacks an address becomes a task that says so."""
    data: Mapping[str, Any] = facts.get("data") or {}
    action, title = play.action, play.title(facts)
    effort: float | None = play.effort
    due = due_by(play.due, facts, now=now, zone=zone)
    if play.name == "by_hand":
        action = str(data.get("action") or play.action)
        effort = _minutes(data.get("effort", play.effort))
        if action not in _ACTIONS:
            raise UsageError(f"There is no action {safe_line(action, 40)!r}.")
    missing: tuple[str, ...] = ()
    if action in _NEEDS_ADDRESS and not facts.get("recipient"):
        missing = (f"an address for {facts.get('whom') or 'the account'}",)
        title = safe_line(f"Find an address, then {_mid_sentence(title)}", MAX_TITLE)
        action = ActionType.CREATE_TASK
    return Candidate(
        play=play.name,
        action_type=str(action),
        title=title,
        dedupe_key=_key(f"{play.name}:{entity_key(play.entity, facts)}"),
        due_by=due,
        effort=effort,
        template=play.template,
        missing=missing,
        unblocks=play.unblocks(facts),
        owner=str(data.get("owner") or "casey") if play.name == "by_hand" else "casey",
    )


def too_old(play: Play, signal_type: str, occurred_at: datetime | None, now: datetime) -> bool:
    """Whether an outside event lies too far back to act on."""
    if occurred_at is None or signal_type in INTERNAL_SIGNALS:
        return False
    return now - occurred_at > (play.max_age or OUTSIDE_AGE)


def entity_key(entity: str, facts: Facts) -> str:
    """What one live move is for: the contact, the thread, the deal, ... of these facts."""
    held, name = _ENTITIES.get(entity, (False, ""))
    data: Mapping[str, Any] = (facts.get("data") or {}) if held else facts
    return str(data.get(name) or facts["signal_id"])


def _key(text: str) -> str:
    """A key as it is, or its hash where somebody sent one longer than an index can hold."""
    return text if len(text) <= MAX_KEY else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _minutes(given: object) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= MAX_EFFORT:
        return float(given)
    raise UsageError(f"effort is {safe_line(given, 40)}, which is no number of minutes.")


def due_by(spec: str, facts: Facts, *, now: datetime, zone: tzinfo | None) -> datetime | None:
    """When a move is due by a play's `due`; None where the play or its facts name no time."""
    data: Mapping[str, Any] = facts.get("data") or {}
    if spec in ("as given", "observed"):
        return _moment(data.get("due"))
    if spec == "today":
        local = now.astimezone(zone)
        return local.replace(hour=17, minute=0, second=0, microsecond=0).astimezone(UTC)
    if spec.startswith("start-"):
        start = _moment(data.get("start"))
        return None if start is None else start - _step(spec.removeprefix("start-"))
    return (facts.get("occurred_at") or now) + _step(spec)


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache(maxsize=1024)
def _step(text: str) -> timedelta:
    match = _STEP.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a length of time such as 4h or 1d, got {text!r}")
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])


def _compile(sandbox: Sandbox, raw: Mapping[str, Any]) -> Play:
    name = str(raw.get("name", ""))
    for required in ("on", "action", "title"):
        if not raw.get(required):
            raise ConfigError(f"Play {name!r} says no {required!r}.", hint="caseyos config example")
    if raw["action"] not in _ACTIONS:
        raise ConfigError(f"Play {name!r}: there is no action {raw['action']!r}.")
    due = str(raw.get("due", "1d"))
    effort = float(raw.get("effort", 15))
    if not math.isfinite(effort) or effort < 0:
        raise ConfigError(f"Play {name!r}: effort is minutes, 0 or more, not {effort:g}.")
    try:
        if due not in ("as given", "observed", "today"):
            _step(due.removeprefix("start-"))
        max_age = _step(str(raw["max_age"])) if raw.get("max_age") else None
        when = _expression(sandbox, str(raw.get("when") or ""))
        unblocks = _expression(sandbox, str(raw.get("unblocks") or ""))
        title = _bounded(str(raw["title"]))
        sandbox.check(title)
        rendered = sandbox.from_string(title)
    except (TemplateError, ValueError, RecursionError) as error:
        raise ConfigError(f"Play {name!r} cannot be read: {safe_line(error)}.") from error

    def make_title(facts: Facts) -> str:
        try:
            # The facts are the context itself: a copy a title would cost more than the title.
            context = rendered.new_context(_as_dict(facts), shared=True)
            return safe_line("".join(rendered.root_render_func(context)), MAX_TITLE)
        except (TemplateError, TypeError, ArithmeticError) as error:
            raise ConfigError(f"Play {name!r}: its title fails: {safe_line(error)}.") from error

    def holds(facts: Facts) -> bool:
        try:
            return when is None or bool(when(**facts))
        except (TemplateError, TypeError, ArithmeticError) as error:
            raise ConfigError(f"Play {name!r}: its condition fails: {safe_line(error)}.") from error

    return Play(
        name=name,
        on=str(raw["on"]),
        action=str(raw["action"]),
        entity=str(raw.get("entity") or "deal"),
        due=due,
        effort=effort,
        template=raw.get("template"),
        max_age=max_age,
        when=holds,
        title=make_title,
        unblocks=lambda facts: 0 if unblocks is None else int(unblocks(**facts) or 0),
    )


def _expression(sandbox: Sandbox, text: str) -> Callable[..., Any] | None:
    """A compiled expression; None where none is given, so that nothing is worked out for it."""
    if not text:
        return None
    # Checked before it is compiled, because compiling works constants out.
    sandbox.check(f"{{{{ {_bounded(text)} }}}}")
    return sandbox.compile_expression(text, undefined_to_none=True)


def _as_dict(facts: Facts) -> dict[str, Any]:
    return facts if isinstance(facts, dict) else dict(facts)


def _bounded(text: str) -> str:
    if len(text) > MAX_SOURCE:
        raise ValueError(f"longer than {MAX_SOURCE} characters")
    return text


def _mid_sentence(title: str) -> str:
    """A title as it goes on inside a sentence: `Follow up` is lower-cased, `IBM` is not."""
    return f"{title[:1].lower()}{title[1:]}" if title[1:2].islower() else title
