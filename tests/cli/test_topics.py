"""help TOPIC and version."""

from __future__ import annotations

import pytest

from caseyos import __version__
from caseyos.cli.topics import TOPICS
from tests.cli.reading import said
from tests.conftest import Run


@pytest.mark.parametrize("topic", TOPICS)
def test_topics_fit_a_terminal(topic: str) -> None:
    assert all(len(line) <= 100 for line in TOPICS[topic].splitlines())


def test_topics_and_version_need_no_database(caseyos: Run) -> None:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    assert "5 refused" in said(caseyos, "help", "exit-codes", **nowhere)
    assert said(caseyos, "version", **nowhere).strip() == f"caseyos {__version__}"
    assert "Accept; nothing leaves" in said(caseyos, "help", "keys", **nowhere)
    assert "exit-codes" in said(caseyos, "help", "nonsense", code=12)
