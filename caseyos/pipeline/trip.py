"""The automatic stops: rates over a window engage the kill switch; only a person lets go of it."""

from __future__ import annotations

import logging

from caseyos.domain.ports.execution import Workshop
from caseyos.domain.trips import Rates, Trip, trips

log = logging.getLogger("caseyos.alerts")


def watch(shop: Workshop) -> tuple[Trip, ...]:
    """Engage what the rates ask for and is not engaged yet; what was engaged.

    What happened before a person let go of a stop does not engage it once more.
    """
    if not shop.outside:
        return ()
    with shop.units() as unit:
        found = [
            Rates(**row)
            for row in unit.executions.rates(
                shop.outside, shop.trips.window, shop.trips.error_window
            )
        ]
        wanted = trips(found, shop.trips)
        if not wanted:
            return ()
        engaged = {stop.level for stop in unit.switches.read().stops}
        new = tuple(one for one in wanted if one.level not in engaged)
        for one in {trip.level: trip for trip in new}.values():
            unit.switches.change(
                f"stop:{one.level}",
                {"on": True, "automatic": True},
                lasts=None,
                reason=one.reason,
                actor="guardrails",
            )
            unit.audit.append(
                actor="guardrails",
                action=f"stop {one.level}",
                subject=f"switch:stop:{one.level}",
                reason=one.reason,
            )
            unit.events.emit("stop_engaged", target=one.level)
    for one in new:
        log.warning("alert: %s is stopped: %s; caseyos resume %s", one.level, one.reason, one.level)
    return new
