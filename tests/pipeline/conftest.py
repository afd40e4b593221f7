"""A desk for each test of the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caseyos.store.database import Database
from tests.desk import Desk
from tests.pipeline.world import World

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(dsn: str, tmp_path: Path) -> Iterator[MakeDesk]:
    """Desks on one fresh database and home, with settings of the test's own."""
    made: list[Desk] = []

    def make(**options: str) -> Desk:
        made.append(Desk(tmp_path, dsn, **options))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """A desk with no limits."""
    return make_desk()


@pytest.fixture
def world(database: Database) -> World:
    """A database to put signals into."""
    return World(database)
