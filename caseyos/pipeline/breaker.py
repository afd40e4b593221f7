"""The channel's breaker: failures in a row shut it for everybody, one probe opens it again.

A failure is a temporary no or an outcome nobody knows; a definite answer of the other side, even a
no, shows that the channel works. Local channels have no breaker.
"""

from __future__ import annotations

import logging
from uuid import UUID

from caseyos.domain.ports.channel import Channel
from caseyos.domain.ports.execution import ExecuteUnit, Workshop

log = logging.getLogger("caseyos.alerts")


def worked(shop: Workshop, channel: Channel) -> None:
    """It answered: whatever was counted is forgotten."""
    if not channel.outside:
        return
    with shop.units() as unit:
        was = unit.breakers.worked(channel.name)
        if was is not None:
            _receipt(unit, shop, channel.name, was, "closed", "it works again")


def failed(shop: Workshop, channel: Channel, reason: str) -> None:
    """It did not answer, or nobody knows what came of it."""
    if not channel.outside:
        return
    with shop.units() as unit:
        until = unit.breakers.failed(
            channel.name, reason, most=shop.breaker_failures, wait=shop.breaker_wait
        )
        if until is not None:
            _receipt(unit, shop, channel.name, None, "open", reason)
            unit.events.emit("breaker_opened", target=channel.name)
            log.warning("alert: the breaker of %s opened: %s", channel.name, reason)


def may_pass(unit: ExecuteUnit, shop: Workshop, channel: Channel, execution_id: UUID) -> bool:
    """Whether this execution may go on; where the breaker is open, it becomes the one probe."""
    if not channel.outside:
        return True
    passed: bool = unit.breakers.try_probe(channel.name, execution_id, shop.lease)
    return passed


def _receipt(
    unit: ExecuteUnit, shop: Workshop, channel: str, before: str | None, after: str, reason: str
) -> None:
    unit.audit.append(
        actor=shop.actor,
        action="breaker",
        subject=f"breaker:{channel}",
        from_state=before,
        to_state=after,
        reason=reason,
    )
