"""Every error a person can meet, in one tree: sentence, hint, exit code, HTTP status.

Raise these anywhere; only the front ends print them. Nothing here imports anything of ours.
"""

# CaseyError
# ├── UsageError (2)            bad value, ambiguous prefix, unreadable input
# ├── Declined (3)              the person said no
# ├── LoginRequired (4)
# ├── Refused (5)               a safety rule or a wrong status said no
# ├── Changed (6)               not what you last saw
# ├── TooLate (7)               cannot be undone any more
# ├── PartlyDone (8)
# ├── TryLater (9)              limit, network; safe to repeat
# │   └── Overtaken             somebody else did it at the same moment
# ├── NotReady (10)             database or migrations
# ├── ConfigError (11)
# └── NotFound (12)

from __future__ import annotations

from typing import ClassVar


class CaseyError(Exception):
    """Something a person can act on.

    `message` says what happened and what it means, `hint` is the one command that helps,
    `code` is the stable word scripts match on.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    code: ClassVar[str] = "failed"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CaseyError):
    """A value or a command that cannot be meant."""

    exit_code = 2
    http_status = 422
    code = "usage"


class Declined(CaseyError):
    """The person answered no."""

    exit_code = 3
    http_status = 409
    code = "declined"


class LoginRequired(CaseyError):
    """An outside account has no working credentials."""

    exit_code = 4
    http_status = 403
    code = "login"


class Refused(CaseyError):
    """A safety rule, or the move's own status, said no."""

    exit_code = 5
    http_status = 403
    code = "refused"


class WrongStatus(Refused):
    """The move's status does not allow this."""

    http_status = 409
    code = "wrong_status"


class Changed(CaseyError):
    """What was acted on is no longer what the person last saw."""

    exit_code = 6
    http_status = 409
    code = "changed"


class TooLate(CaseyError):
    """The effect is final."""

    exit_code = 7
    http_status = 409
    code = "too_late"


class PartlyDone(CaseyError):
    """Some of a batch failed; the details were already printed per item."""

    exit_code = 8
    http_status = 207
    code = "partly"


class TryLater(CaseyError):
    """A limit, a lock or the network; repeating later is safe.

    `retry_after` is in seconds where it is known.
    """

    exit_code = 9
    http_status = 429
    code = "try_later"

    def __init__(
        self, message: str, *, hint: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Overtaken(TryLater):
    """Somebody else did the very thing at the same moment."""

    code = "overtaken"


class NotReady(CaseyError):
    """The database is down, or its schema is not this program's."""

    exit_code = 10
    http_status = 503
    code = "not_ready"


class ConfigError(CaseyError):
    """The configuration file or the environment is wrong."""

    exit_code = 11
    http_status = 500
    code = "config"


class NotFound(CaseyError):
    """No such move, source, template or signal."""

    exit_code = 12
    http_status = 404
    code = "not_found"
