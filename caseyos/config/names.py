"""The environment variables that set keys, and those that do not. No heavy import."""

from __future__ import annotations

# Flags' twins and what belongs to others: not configuration keys.
NOT_KEYS = frozenset(
    "PROFILE CONFIG OUTPUT LOG NO_INPUT ASCII SESSION TOKEN_FILE DATA_REQUIRED ACCESSIBLE".split()  # noqa: SIM905
)
PLAIN_NAMES = {
    "DATABASE_URL": "database.url",
    "SENTRY_DSN": "telemetry.sentry_dsn",
    "SENTRY_ENVIRONMENT": "telemetry.sentry_environment",
    "ACTIONS_ENABLED": "actions.enabled",
}
