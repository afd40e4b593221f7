"""The example file and the reference page, made from the defaults and one sentence a key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from caseyos.config.load import all_keys, value_at
from caseyos.config.model import defaults

DOCS: Mapping[str, str] = {
    "timezone": "your time zone, such as Europe/Lisbon; empty: the system's",
    "owner": "your name, as receipts show it",
    "database.url": "a PostgreSQL 15 or later; empty: the embedded one",
    "ui.theme": "the colours of the TUI",
    "ui.glyphs": "auto, unicode or ascii",
    "ui.mouse": "whether the TUI takes the mouse",
    "ui.floor": "moves under this score are hidden",
    "score.weights.revenue": "points for money at stake; the four weights add up to 100",
    "score.weights.urgency": "points for little time left",
    "score.weights.effort": "points for quick wins",
    "score.weights.strategic": "points for the fit with your ideal customer",
    "score.knots.revenue": "money -> 0 to 1, straight lines between, flat outside",
    "score.knots.urgency": "days left -> 0 to 1",
    "score.knots.effort": "minutes -> 0 to 1",
    "icp.sectors": 'values and weight, such as { values = ["retail"], weight = 2 }',
    "icp.countries": "values and weight",
    "icp.employees": "min, max and weight",
    "icp.revenue": "min, max and weight",
    "send.hold": "how long outgoing mail can be recalled",
    "send.quiet_hours": "when nothing goes outside; empty: never quiet",
    "send.validity": "how long an acceptance is good for",
    "send.recontact_after": "nobody is written to again sooner, but in answer",
    "send.warm_up": "mails of a new channel's first day, as many more each day; 0: no ramp",
    "send.from_name": "your name as recipients see it",
    "send.from_address": "your address",
    "send.signature": "the lines under your mails",
    "send.allow_no_wait": "whether --no-wait may skip the hold",
    "actions.enabled": "false stops every action, local ones too (also ACTIONS_ENABLED)",
    "execution.lease": "after this a worker that stopped is taken for dead",
    "guard.breaker_failures": "failures in a row that shut an outside channel for a while",
    "guard.breaker_wait": "how long, the first time; doubled each time in a row, an hour at most",
    "guard.bounce_rate": "a higher share of bounced mails stops outbound; 0 switches it off",
    "guard.complaint_rate": "a higher share of people who ask to stop stops outbound; 0: off",
    "guard.window": "the window of both shares",
    "guard.min_sends": "fewer mails than this stop nothing",
    "guard.error_rate": "a higher share of failures in alerts.window stops the channel; 0: off",
    "learning.enabled": "whether outcomes move scores",
    "learning.frozen": "keep the weights as they are",
    "learning.max_points": "how far learning may move a score",
    "learning.maturity": "silence this long is no response",
    "learning.segments": "what rates are learned by",
    "learning.explore": "the share of Today's Moves kept for rarely tried kinds",
    "queue.expire_after": "pending moves nobody touched this long expire",
    "queue.list_valid": "how long row numbers are good for",
    "queue.plan_valid": "how long a plan is good for",
    "http.listen": "where the daemon's shim listens",
    "http.enabled": "whether there is a shim",
    "retention.drafts": "how long drafts are kept",
    "retention.signals": "how long raw signal data are kept",
    "retention.outcomes": "how long outcomes are kept",
    "retention.audit": "how long personal values of the receipts are kept",
    "alerts.action_failure_rate": "a higher share of failed actions is an alert",
    "alerts.window": "the window alerts look at",
    "alerts.min_actions": "fewer actions than this are no alert",
    "alerts.source_silent": "a source quiet for so many times its usual gap is an alert",
    "telemetry.crash_reports": "on or off; off until you say so",
    "telemetry.enabled": "whether events are written to your own database and log",
    "telemetry.sentry_dsn": "where crash reports go (also SENTRY_DSN)",
    "telemetry.sentry_environment": "the environment they name (also SENTRY_ENVIRONMENT)",
    "deals.stages": "your open stages, in order",
    "deals.won": "stages that mean won",
    "deals.lost": "stages that mean lost",
    "deals.silent_days": "business days without news that make a deal silent",
    "deals.silent_days_first": "the same, in the first stage",
    "deals.currency": "the currency of exports that name none",
    "calendar.business_days": "your working days",
    "calendar.business_hours": "your working hours",
    "calendar.holidays": "days off, such as 2026-12-25",
    "channels.email": "local, or an account such as imap:work, with its smtp",
    "channels.tasks": "local, or taskwarrior",
    "channels.meetings": "local, or a calendar such as calendar:work",
    "keymap": 'other keys for the TUI: id = "key[,key]"',
    "jobs": "per job: enabled, every",
    "source": "[[source]] tables: kind, name, every, path, me; of kind imap also host, port,"
    " security, user, auth, secret, ca_file, timeout, folders, sent_copy, smtp, also_read, past,"
    " whole_up_to, idle; of kind calendar also url, user, secret, calendar, ca_file, timeout",
    "play": "[[play]] tables: your own plays, or other fields for a shipped one",
}

LIMITS: Mapping[str, str] = {  # of every action type
    "per_hour": "at most so many an hour",
    "per_day": "at most so many a day",
    "per_recipient_per_week": "at most so many a week to one person",
    "per_domain_per_day": "at most so many a day to one domain",
    "spacing": "at least so long between two that go outside",
}


def about(key: str) -> str:
    """The sentence of a key."""
    return LIMITS[key.rpartition(".")[2]] if key.startswith("limits.") else DOCS[key]


def example_text() -> str:
    """A whole `caseyos.toml`, every key commented out at its default."""
    lines = [
        "# CaseyOS: every key with its default. Take the # away to change one.",
        "# Order: flag, environment (CASEYOS_SEND__HOLD), project file, this file, default.",
        "",
    ]
    table = ""
    for key, value in _ordered():
        if value is None:
            continue  # TOML has no word for "not set"
        section, _, name = key.rpartition(".")
        if section != table:
            table = section
            lines += ["", f"[{section}]"]
        shown = _toml(value)
        lines.append(f"# {name} = {shown}".ljust(34) + f"  # {about(key)}")
    lines += [
        "",
        "# [icp.sectors]",
        '# values = ["software", "retail"]',
        "# weight = 2",
        "",
        "# [[source]]",
        '# kind = "maildir"',
        '# name = "work"',
        '# path = "~/Mail/work"',
        '# me = ["you@example.com"]',
        "",
        "# [[source]]",
        '# kind = "imap"',
        '# name = "work"                    # the channel is then imap:work',
        '# host = "imap.example.com"',
        "# port = 0                         # 0: 993 with tls, 143 without",
        '# security = "tls"                 # tls, starttls; none only on this computer',
        '# user = "you@example.com"',
        '# auth = "password"                # or xoauth2: the secret is an access token',
        '# smtp = { host = "smtp.example.com", port = 0, security = "tls" }  # 0: 465, 587, 25',
        "# # where the secret is; without it the keyring, as caseyos auth login imap keeps it",
        '# secret = { command = ["pass", "show", "mail"] }  # or env, file, keyring',
        '# oauth = { client_id = "..." }     # with xoauth2: the secret is then a refresh token',
        '# ca_file = ""                     # an authority of your own, PEM',
        '# timeout = "30s"                  # of every step',
        '# folders = { drafts = "Drafts" }  # where the server does not say: drafts, sent, trash',
        '# sent_copy = "auto"               # auto, always, never: the copy in your Sent folder',
        '# also_read = ["Archive"]          # folders beside the inbox and Sent',
        '# past = "30d"                     # how far back the first reading goes',
        "# whole_up_to = 1000000           # bytes; of a larger mail only the beginning is read",
        "# idle = true                      # the daemon is told of new mail at once",
        "",
        "# [[source]]",
        '# kind = "calendar"                # CalDAV',
        '# name = "work"                    # the channel is then calendar:work',
        '# url = "https://dav.example.com/" # the calendar, or where your calendars are',
        '# calendar = ""                    # which of them, by its name; empty: the first',
        '# user = "you@example.com"',
        '# secret = { command = ["pass", "show", "dav"] }  # or env, file, keyring',
        "",
        "# [[play]]",
        '# name = "deal_silent"',
        "# effort = 10",
        "",
    ]
    return "\n".join(lines)


def reference_page() -> str:
    """docs/CONFIGURATION.md."""
    rows = [
        f"| `{key}` | `{_toml(value)}` | {about(key)} |".replace("\n", " ")
        for key, value in _ordered()
    ]
    head = [
        "# Configuration",
        "",
        "Made from the program by `make docs`; do not edit. The file is `caseyos config path`.",
        "",
        "| key | default | what it does |",
        "| --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


def _ordered() -> Iterator[tuple[str, Any]]:
    """Top-level keys first, then the sections, each key with its default."""
    values = defaults()
    keys = [key for key in all_keys() if key not in ("source", "play", "keymap", "jobs")]
    for key in sorted(keys, key=lambda key: "." in key):
        value = value_at(values, key)
        if key.startswith("icp."):
            continue
        yield key, value


def _toml(value: Any) -> str:
    return "not set" if value is None else json.dumps(value)
