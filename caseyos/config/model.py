"""Every section of the configuration with its defaults and what each key does.

What each key does stands in `example.DOCS`, which `config explain` and the example print.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file: unknown keys are refused."""


class Database(Section, frozen=True):
    url: str = ""


class Ui(Section, frozen=True):
    theme: str = "caseyos-dark"
    glyphs: str = "auto"
    mouse: bool = True
    floor: int = 0


class Weights(Section, frozen=True):
    revenue: float = 40
    urgency: float = 25
    effort: float = 15
    strategic: float = 20


Knots = list[tuple[float, float]]


class ScoreKnots(Section, frozen=True):
    revenue: Knots = msgspec.field(
        default_factory=lambda: [
            (0, 0.0),
            (1_000, 0.10),
            (5_000, 0.30),
            (10_000, 0.50),
            (25_000, 0.70),
            (50_000, 0.875),
            (100_000, 0.95),
            (250_000, 1.0),
        ]
    )
    urgency: Knots = msgspec.field(
        default_factory=lambda: [(0, 1.0), (1, 0.9), (3, 0.75), (7, 0.5), (14, 0.25), (30, 0.0)]
    )
    effort: Knots = msgspec.field(
        default_factory=lambda: [
            (0, 1.0),
            (5, 0.95),
            (15, 0.8),
            (30, 0.65),
            (60, 0.4),
            (120, 0.1),
            (240, 0.0),
        ]
    )


class Score(Section, frozen=True):
    weights: Weights = msgspec.field(default_factory=Weights)
    knots: ScoreKnots = msgspec.field(default_factory=ScoreKnots)


class Criterion(Section, frozen=True):
    """One criterion of the ideal customer: `values` for words, `min`/`max` for figures."""

    values: list[str] = msgspec.field(default_factory=list)
    min: float | None = None
    max: float | None = None
    weight: float = 1.0


class Icp(Section, frozen=True):
    sectors: Criterion | None = None
    countries: Criterion | None = None
    employees: Criterion | None = None
    revenue: Criterion | None = None


class Send(Section, frozen=True):
    hold: str = "30s"
    quiet_hours: str = "19:00-07:30"
    validity: str = "7d"
    recontact_after: str = "3d"
    warm_up: int = 0
    from_name: str = ""
    from_address: str = ""
    signature: str = ""
    allow_no_wait: bool = False


class Limit(Section, frozen=True):
    per_hour: int | None = None
    per_day: int | None = None
    per_recipient_per_week: int | None = None
    per_domain_per_day: int | None = None
    spacing: str = "0s"


class Limits(Section, frozen=True):
    send_email: Limit = Limit(
        per_day=20, per_recipient_per_week=2, per_domain_per_day=5, spacing="90s"
    )
    follow_up: Limit = Limit(
        per_day=20, per_recipient_per_week=2, per_domain_per_day=5, spacing="90s"
    )
    create_draft: Limit = Limit(per_day=200)
    create_task: Limit = Limit(per_day=500)
    complete_task: Limit = Limit(per_day=500)
    schedule_meeting: Limit = Limit(per_day=50, per_recipient_per_week=5)
    update_deal: Limit = Limit(per_day=200)


class Actions(Section, frozen=True):
    enabled: bool = True


class Execution(Section, frozen=True):
    lease: str = "2m"


class Guard(Section, frozen=True):
    breaker_failures: int = 5
    breaker_wait: str = "1m"
    bounce_rate: float = 0.1
    complaint_rate: float = 0.05
    window: str = "7d"
    min_sends: int = 20
    error_rate: float = 0.5


class Learning(Section, frozen=True):
    enabled: bool = True
    frozen: bool = False
    max_points: float = 10
    maturity: str = "14d"
    segments: list[str] = msgspec.field(default_factory=lambda: ["sector", "source", "stage"])
    explore: float = 0.1


class Queue(Section, frozen=True):
    expire_after: str = "30d"
    list_valid: str = "4h"
    plan_valid: str = "15m"


class Http(Section, frozen=True):
    listen: str = "127.0.0.1:8787"
    enabled: bool = True


class Retention(Section, frozen=True):
    drafts: str = "90d"
    signals: str = "90d"
    outcomes: str = "365d"
    audit: str = "365d"


class Alerts(Section, frozen=True):
    action_failure_rate: float = 0.2
    window: str = "1h"
    min_actions: int = 5
    source_silent: str = "3x"


class Telemetry(Section, frozen=True):
    crash_reports: str = "off"
    enabled: bool = True
    sentry_dsn: str = ""
    sentry_environment: str = ""


class Deals(Section, frozen=True):
    stages: list[str] = msgspec.field(
        default_factory=lambda: [
            "Prospecting",
            "Qualification",
            "Engaging",
            "Discovery",
            "Proposal",
            "Negotiation",
            "Contract",
        ]
    )
    won: list[str] = msgspec.field(default_factory=lambda: ["Won", "Closed Won"])
    lost: list[str] = msgspec.field(default_factory=lambda: ["Lost", "Closed Lost"])
    silent_days: int = 10
    silent_days_first: int = 5
    currency: str = "USD"


class Calendar(Section, frozen=True):
    business_days: list[str] = msgspec.field(
        default_factory=lambda: ["mon", "tue", "wed", "thu", "fri"]
    )
    business_hours: str = "09:00-17:00"
    holidays: list[str] = msgspec.field(default_factory=list)


class Channels(Section, frozen=True):
    email: str = "local"
    tasks: str = "local"
    meetings: str = "local"


class JobSetting(Section, frozen=True):
    enabled: bool = True
    every: str | None = None


class Secret(Section, frozen=True):
    env: str | None = None
    file: str | None = None
    command: list[str] | None = None
    keyring: str | None = None


class Smtp(Section, frozen=True):
    """Where an account's mail is handed in."""

    host: str = ""
    port: int = 0
    security: str = "tls"


class OAuth(Section, frozen=True):
    """The operator's own client at a provider; the source's secret is then a refresh token."""

    client_id: str
    token_url: str = ""
    client_secret: Secret | None = None


class Source(Section, frozen=True):
    """A connector: where signals come from, and where actions may go."""

    kind: str
    name: str
    every: str = "5m"
    enabled: bool = True
    path: str = ""
    me: list[str] = msgspec.field(default_factory=list)
    accounts: str = ""
    products: str = ""
    date_format: str = ""
    currency: str = ""
    columns: dict[str, str] = msgspec.field(default_factory=dict)
    secret: Secret | None = None
    host: str = ""
    port: int = 0
    security: str = "tls"
    user: str = ""
    auth: str = "password"
    ca_file: str = ""
    timeout: str = "30s"
    smtp: Smtp = Smtp()
    folders: dict[str, str] = msgspec.field(default_factory=dict)
    sent_copy: str = "auto"
    oauth: OAuth | None = None
    also_read: list[str] = msgspec.field(default_factory=list)
    past: str = "30d"
    whole_up_to: int = 1_000_000
    idle: bool = True
    url: str = ""
    calendar: str = ""


class Play(Section, frozen=True):
    """A play, or the fields of a shipped play that are to differ."""

    name: str
    on: str | None = None
    when: str | None = None
    action: str | None = None
    title: str | None = None
    due: str | None = None
    effort: float | None = None
    template: str | None = None
    entity: str | None = None
    max_age: str | None = None
    unblocks: str | None = None
    enabled: bool | None = None


class File(Section, frozen=True):
    """The whole file."""

    timezone: str = ""
    owner: str = "casey"
    database: Database = Database()
    ui: Ui = Ui()
    keymap: dict[str, str] = msgspec.field(default_factory=dict)
    score: Score = msgspec.field(default_factory=Score)
    icp: Icp = Icp()
    send: Send = Send()
    actions: Actions = Actions()
    limits: Limits = Limits()
    execution: Execution = Execution()
    guard: Guard = Guard()
    learning: Learning = msgspec.field(default_factory=Learning)
    queue: Queue = Queue()
    http: Http = Http()
    retention: Retention = Retention()
    alerts: Alerts = Alerts()
    telemetry: Telemetry = Telemetry()
    deals: Deals = msgspec.field(default_factory=Deals)
    calendar: Calendar = msgspec.field(default_factory=Calendar)
    channels: Channels = Channels()
    jobs: dict[str, JobSetting] = msgspec.field(default_factory=dict)
    source: list[Source] = msgspec.field(default_factory=list)
    play: list[Play] = msgspec.field(default_factory=list)


def defaults() -> dict[str, Any]:
    """The built-in configuration as plain values."""
    plain: dict[str, Any] = msgspec.to_builtins(File())
    return plain
