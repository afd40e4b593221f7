"""A whole CaseyOS in a folder, on a real database: what the tests of execution act on."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from caseyos.app import App
from caseyos.domain.mail import OUR_HEADER
from caseyos.domain.model import ExecutionResult, Plan
from caseyos.domain.views import Target

MANY = "per_day = 100000\nper_recipient_per_week = 100000\nper_domain_per_day = 100000"
SETTINGS = """
[execution]
lease = "{lease}"
[send]
quiet_hours = "{quiet}"
hold = "{hold}"
from_name = "Casey"
from_address = "casey@ours.example"
[actions]
enabled = {enabled}
[limits.send_email]
spacing = "0s"
{limits}
"""


class Desk:
    """An App with its own home, and what a test asks of the world behind it.

    Nothing limits it and nothing waits, but for what a test asks: `limits` are those of e-mails;
    `more` is appended to its configuration.
    """

    def __init__(
        self,
        home: Path,
        dsn: str,
        *,
        limits: str = MANY,
        quiet: str = "",
        enabled: str = "true",
        lease: str = "2m",
        hold: str = "30s",
        more: str = "",
    ) -> None:
        self.home, self.dsn = home, dsn
        self.config_file = home / ".config" / "caseyos" / "caseyos.toml"
        self.config_file.parent.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(
            SETTINGS.format(limits=limits, quiet=quiet, enabled=enabled, lease=lease, hold=hold)
            + more
        )
        self.config_file.chmod(0o600)
        self.app = self.open()

    def open(self) -> App:
        """Another App on the same home and database, as another process would have it."""
        return App.open(environ={"HOME": str(self.home), "DATABASE_URL": self.dsn})

    def put_channel(self, channel: Any, action: str = "send_email") -> None:
        """Let another channel carry an action type out."""
        channels = self.app.actions.channels
        of = channels.of
        channels.of = lambda asked, name=None: channel if asked == action else of(asked, name)

    def close(self) -> None:
        """Give the connections back."""
        self.app.close()

    def mail(self, title: str = "Write to Dana", to: str = "dana@theirs.example") -> UUID:
        """A pending e-mail move."""
        return self.app.decisions.add(title, action="send_email", recipient=to).id

    def task(self, title: str = "Call Dana") -> UUID:
        """A pending task move."""
        return self.app.decisions.add(title, action="create_task").id

    def meeting(self, title: str = "Meet Dana") -> UUID:
        """A pending meeting move."""
        return self.app.decisions.add(
            title, action="schedule_meeting", due="tomorrow", recipient="dana@theirs.example"
        ).id

    def target(self, move_id: UUID) -> Target:
        """A move as a person names it."""
        move = self.app.queue.get(move_id)
        return Target(move.id, move.code, move.title, move.version, move.status)

    def plan(self, move_id: UUID, *, as_draft: bool = False) -> Plan:
        """A preview."""
        return self.app.actions.preview(move_id, as_draft=as_draft)

    def execute(self, move_id: UUID, *, as_draft: bool = False) -> ExecutionResult:
        """Preview and execute."""
        return self.app.actions.execute_plan(self.plan(move_id, as_draft=as_draft).id)

    def status(self, move_id: UUID) -> str:
        """A move's status."""
        return self.app.queue.get(move_id).status

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """What the database says."""
        with psycopg.connect(self.dsn, row_factory=dict_row, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def change(self, statement: str, *values: Any) -> None:
        """Change the database behind the program's back."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement, values)

    def executions(self, move_id: UUID) -> list[dict[str, Any]]:
        """The real executions of a move, oldest first."""
        return self.rows(
            "SELECT * FROM executions WHERE move_id = %s AND NOT dry_run ORDER BY created_at",
            move_id,
        )

    def letters(self) -> list[Message]:
        """Every mail in the Maildir."""
        return [message_from_bytes(path.read_bytes()) for path in self.letter_files()]

    def letter_files(self) -> list[Path]:
        """The files of the Maildir's folders, but for what is half written."""
        found = self.app.config.paths.maildir.glob(".*/*/*")
        return sorted(path for path in found if path.parent.name in ("new", "cur"))

    def letters_by_execution(self) -> dict[str, int]:
        """How many mails each execution left behind."""
        counts: dict[str, int] = {}
        for letter in self.letters():
            counts[letter[OUR_HEADER]] = counts.get(letter[OUR_HEADER], 0) + 1
        return counts

    def receipts(self, move_id: UUID) -> list[tuple[str, str | None, str | None]]:
        """Action, from and to of every receipt of a move's executions, in order."""
        rows = self.rows(
            "SELECT action, from_state, to_state FROM audit_log WHERE subject IN"
            " (SELECT 'execution:' || id FROM executions WHERE move_id = %s) ORDER BY seq",
            move_id,
        )
        return [(row["action"], row["from_state"], row["to_state"]) for row in rows]
