"""What sources hand in: stage words, signal rows, and the import's own counts."""

from uuid import UUID

import pytest

from caseyos.domain.ports.intake import ImportReport, StageWords, signal_row

WORDS = StageWords(("Prospecting", "Engaging", "Proposal"), ("Won", "Closed Won"), ("Lost",))


@pytest.mark.parametrize(
    ("stage", "kind", "order"),
    [
        ("Prospecting", "open", 0),
        ("proposal", "open", 2),
        ("WON", "won", None),
        ("closed won", "won", None),
        ("Lost", "lost", None),
        ("Legal review", "open", None),
        ("", "open", None),
        (None, "open", None),
    ],
)
def test_stages(stage: str | None, kind: str, order: int | None) -> None:
    assert (WORDS.kind(stage), WORDS.order(stage)) == (kind, order)


def test_a_signal_row_says_nothing_of_what_is_unknown() -> None:
    row = signal_row(
        source="csv:deals",
        signal_type="deal_created",
        external_id="deal:1:created",
        occurred_at=None,
        evidence="seen",
        data={"stage": "Won", "gone": None, "zero": 0},
        deal=("csv:deals", "1"),
        account_id=UUID(int=1),
    )
    assert row["data"] == {"stage": "Won", "zero": 0}
    assert (row["deal_source"], row["deal_external_id"]) == ("csv:deals", "1")
    assert row["contact"] is None


def test_a_report_counts() -> None:
    report = ImportReport()
    report.count("deals")
    report.count("deals", 2)
    assert report.counts == {"deals": 3}
