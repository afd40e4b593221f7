"""Generation with this configuration: plays, weights and the ideal customer, then the pipeline."""

from __future__ import annotations

import os
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from caseyos.config import Config, parse_duration
from caseyos.domain import icp, scoring
from caseyos.domain.ids import uuid7
from caseyos.domain.plays import Play, compile_plays, override
from caseyos.pipeline import recommend
from caseyos.pipeline.recommend import GenerationReport
from caseyos.pipeline.rulebook import Rulebook

if TYPE_CHECKING:
    from caseyos.app.core import App
    from caseyos.store.news import News

SHIPPED = Path(__file__).parents[1] / "plays" / "default.toml"


class Generation:
    """From signals to ranked moves."""

    def __init__(self, app: App) -> None:
        self._app = app

    @cached_property
    def book(self) -> Rulebook:
        """The plays and rules in force, compiled once."""
        settings = self._app.config.settings
        plays: dict[str, list[Play]] = {}
        for play in load_plays(self._app.config):
            plays.setdefault(play.on, []).append(play)
        return Rulebook(
            plays={signal: tuple(own) for signal, own in plays.items()},
            rules=scoring_rules(self._app.config),
            criteria=icp_criteria(self._app.config),
            recontact_after=parse_duration(settings.send.recontact_after),
            expire_after=parse_duration(settings.queue.expire_after),
            zone=self._app.config.zone,
            new_id=new_id,
        )

    def run(self) -> GenerationReport:
        """Process every waiting signal and let time do its work; what was done."""
        return recommend.generate(self._app.unit_of_work, self.book, self._app.clock.now())

    def process(self) -> GenerationReport:
        """Process every waiting signal, and nothing else; what was done."""
        report = GenerationReport()
        recommend.process(self._app.unit_of_work, self.book, self._app.clock.now(), report)
        return report

    def news(self) -> News:
        """What changes in the database from now on."""
        from caseyos.store.news import News

        return News(self._app.database)


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid7(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big") >> 6)


def load_plays(config: Config) -> tuple[Play, ...]:
    """The shipped plays with the operator's own laid over them, compiled."""
    import tomllib

    import msgspec

    shipped = tomllib.loads(SHIPPED.read_text())["play"]
    own = [msgspec.to_builtins(play) for play in config.settings.play]
    return compile_plays(override(shipped, own))


def scoring_rules(config: Config) -> scoring.Rules:
    """The configured weights and knots."""
    weights, knots = config.settings.score.weights, config.settings.score.knots
    return scoring.Rules(
        weights={
            "revenue": weights.revenue,
            "urgency": weights.urgency,
            "effort": weights.effort,
            "strategic": weights.strategic,
        },
        knots={"revenue": knots.revenue, "urgency": knots.urgency, "effort": knots.effort},
    )


def icp_criteria(config: Config) -> tuple[icp.Criterion, ...]:
    """The configured criteria of the ideal customer."""
    found = config.settings.icp
    named = (
        ("sector", found.sectors),
        ("country", found.countries),
        ("employees", found.employees),
        ("revenue", found.revenue),
    )
    return tuple(
        icp.Criterion(name, name, tuple(one.values), one.min, one.max, one.weight)
        for name, one in named
        if one is not None
    )
