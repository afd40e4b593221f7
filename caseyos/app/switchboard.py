"""SAFE and LIVE, and the kill switch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from caseyos.domain.guardrails import Switch
from caseyos.domain.model import ActionType, Mode
from caseyos.errors import UsageError

if TYPE_CHECKING:
    from caseyos.app.core import App

LONGEST_LIVE = timedelta(hours=12)
STOP_FILE = "STOP"


@dataclass(frozen=True, slots=True)
class ModeState:
    """SAFE, or LIVE until a moment."""

    mode: Mode
    until: datetime | None


class Switchboard:
    """The switches that survive restarts."""

    def __init__(self, app: App) -> None:
        self._app = app

    def mode(self) -> ModeState:
        """SAFE or LIVE, as it is now."""
        with self._app.reading() as uow:
            board = uow.switches.read()
        return ModeState(Mode(board.mode), board.until)

    def go_live(self, lasts: timedelta) -> ModeState:
        """Arm outside sending, always with an end."""
        if not timedelta() < lasts <= LONGEST_LIVE:
            raise UsageError("LIVE lasts at most 12 hours.", hint="caseyos mode live --for 30m")
        return self._set("mode", {"mode": "live"}, lasts, "live")

    def go_safe(self) -> ModeState:
        """Nothing leaves this computer from now on."""
        return self._set("mode", {"mode": "safe"}, None, "safe")

    def stops(self) -> tuple[Switch, ...]:
        """The engaged levels of the kill switch."""
        with self._app.reading() as uow:
            stops = uow.switches.read().stops
        if self.stop_file_exists():
            stops = (*stops, Switch("all", None, "the stop file"))
        return stops

    def stop(
        self, level: str, lasts: timedelta | None = None, reason: str | None = None
    ) -> datetime | None:
        """Engage a level: all, outbound, an action type or a channel; when it ends, if it does."""
        if lasts is not None and lasts <= timedelta():
            raise UsageError("A pause lasts some time.", hint="caseyos pause --for 2h")
        known = set(self.levels())
        if level not in known:
            raise UsageError(f"There is no level {level!r}.", hint=", ".join(sorted(known)))
        if level == "all":
            # Works with the database down, too.
            path = self._app.config.paths.state_dir / STOP_FILE
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if lasts is None:
                path.write_text(reason or "stopped")
        return self._set(f"stop:{level}", {"on": True}, lasts, f"stop {level}", reason).until

    def levels(self) -> tuple[str, ...]:
        """What can be stopped: everything, all of outbound, a configured channel, an action."""
        channels = dict.fromkeys(("local", *self._app.actions.channels.names()))
        return ("all", "outbound", *channels, *ActionType)

    def resume(self, level: str | None = None) -> tuple[str, ...]:
        """Let go of a level, or of all of them; which they were."""
        file = self._app.config.paths.state_dir / STOP_FILE
        with self._app.unit_of_work() as uow:
            engaged = {stop.level for stop in uow.switches.read().stops}
        if file.exists():
            engaged.add("all")
        gone = tuple(sorted(one for one in engaged if level in (None, one)))
        if "all" in gone:
            file.unlink(missing_ok=True)
        for one in gone:
            self._set(f"stop:{one}", {"on": False}, None, f"resume {one}")
        return gone

    def stop_file_exists(self) -> bool:
        """Whether the stop file lies in the state folder."""
        return (self._app.config.paths.state_dir / STOP_FILE).exists()

    def _set(
        self,
        name: str,
        value: dict[str, object],
        lasts: timedelta | None,
        action: str,
        reason: str | None = None,
    ) -> ModeState:
        with self._app.unit_of_work() as uow:
            until = uow.switches.change(
                name, value, lasts=lasts, reason=reason, actor=self._app.actor
            )
            uow.audit.append(
                actor=self._app.actor, action=action, subject=f"switch:{name}", reason=reason
            )
        return ModeState(Mode(str(value.get("mode", "safe"))), until)
