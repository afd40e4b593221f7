"""Which channel carries an action out: the configured one, of which only its own module is loaded.

A channel's name is `local`, or its source's: `imap:work`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from caseyos.app.accounts import calendar_account, mail_account
from caseyos.domain.model import ActionType
from caseyos.domain.ports.channel import Channel
from caseyos.errors import Refused

if TYPE_CHECKING:
    from caseyos.app.core import App

# action type -> the key of [channels] that says which channel carries it out
SETTINGS: Mapping[str, str] = {
    ActionType.SEND_EMAIL: "email",
    ActionType.CREATE_DRAFT: "email",
    ActionType.FOLLOW_UP: "email",
    ActionType.CREATE_TASK: "tasks",
    ActionType.COMPLETE_TASK: "tasks",
    ActionType.SCHEDULE_MEETING: "meetings",
}

# (kind, key of [channels] or action type) -> module:Class; an action type goes before its key
CLASSES: Mapping[tuple[str, str], str] = {
    ("local", "email"): "local:LocalMail",
    ("local", "tasks"): "local:LocalTasks",
    ("local", "meetings"): "local:LocalCalendar",
    ("taskwarrior", "tasks"): "taskwarrior:TaskwarriorTasks",
    ("calendar", "meetings"): "caldav:CalDavMeetings",
    ("imap", "email"): "imap_smtp:SmtpMail",
    ("imap", ActionType.CREATE_DRAFT): "imap_drafts:ImapDrafts",
}


class Channels:
    """The channels, each made once."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._made: dict[tuple[str, str], Channel] = {}

    def of(self, action_type: str, name: str | None = None) -> Channel:
        """The channel of an action type, or that of a name an execution remembers."""
        setting = SETTINGS.get(action_type)
        if setting is None:
            raise Refused(
                f"No channel for {action_type} is configured.", hint="caseyos help config"
            )
        name = name or str(getattr(self._app.config.settings.channels, setting))
        kind = name.partition(":")[0]
        found = CLASSES.get((kind, action_type)) or CLASSES.get((kind, setting))
        if found is None:
            raise Refused(f"{name} cannot carry out {action_type}.", hint="caseyos help config")
        made = self._made.get((found, name))
        if made is None:
            made = self._made[(found, name)] = self._make(found, name)
        return made

    def names(self) -> tuple[str, ...]:
        """The configured channels, each once; every one is a level of the kill switch."""
        settings = self._app.config.settings.channels
        return tuple(dict.fromkeys(getattr(settings, key) for key in SETTINGS.values()))

    def _make(self, found: str, name: str) -> Channel:
        module, _, kind = found.partition(":")
        given = self._made_with(found, name)
        made: Channel = getattr(import_module(f"caseyos.connectors.{module}"), kind)(given)
        return made

    def _made_with(self, found: str, name: str) -> Any:
        """The one thing each class is made with."""
        paths = self._app.config.paths
        known: Mapping[str, Callable[[], Any]] = {
            "local:LocalMail": lambda: paths.maildir,
            "local:LocalTasks": lambda: self._app.unit_of_work,
            "local:LocalCalendar": lambda: paths.calendar_dir,
            "taskwarrior:TaskwarriorTasks": lambda: dict(os.environ),
            "caldav:CalDavMeetings": lambda: calendar_account(self._app, name),
            "imap_smtp:SmtpMail": lambda: mail_account(self._app, name),
            "imap_drafts:ImapDrafts": lambda: mail_account(self._app, name),
        }
        return known[found]()
