"""Times to propose for a meeting, from what the calendar's source keeps: no network, no rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from caseyos.domain.business_time import calendar
from caseyos.domain.free_slots import free_slots
from caseyos.domain.model import ActionType, Check, Plan

if TYPE_CHECKING:
    from caseyos.app.core import App

KNOWN_FOR = timedelta(days=15)  # the source asks when the calendar is taken for so long ahead


def with_proposals(app: App, plan: Plan) -> Plan:
    """A plan of a meeting without a start also says when there is time; others are as they are."""
    if plan.payload.action_type != ActionType.SCHEDULE_MEETING or plan.payload.fields.get("start"):
        return plan
    minutes = float(plan.payload.fields.get("minutes") or 30)
    times = proposed(app, plan.payload.channel, minutes)
    if not times:
        return plan
    local = [moment.astimezone(app.config.zone) for moment in times]
    told = ", ".join(f"{moment:%a %d %b %H:%M}" for moment in local)
    command = f'caseyos edit {plan.move_code} --start "{local[0]:%Y-%m-%d %H:%M}"'
    return replace(plan, checks=(*plan.checks, Check("free", "warn", f"free: {told}; {command}")))


def proposed(app: App, source: str, minutes: float) -> tuple[datetime, ...]:
    """The next free starts in UTC; none where the source never said when its calendar is taken."""
    with app.unit_of_work() as uow:
        cursor, _ = uow.intake.cursor(source)
    busy, at = cursor.get("busy"), cursor.get("busy_at")
    if busy is None or at is None:
        return ()
    settings = app.config.settings.calendar
    from caseyos.config import parse_hours

    return free_slots(
        [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in busy],
        now=app.clock.now(),
        until=datetime.fromisoformat(str(at)) + KNOWN_FOR,
        minutes=minutes,
        calendar=calendar(settings.business_days, settings.holidays),
        hours=parse_hours(settings.business_hours),
        zone=app.config.zone,
    )
