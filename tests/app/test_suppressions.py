"""The do-not-contact list as every front end calls it: one step each, with a receipt and a way back."""

from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.errors import NotFound, UsageError
from tests.desk import Desk


def values(app: App) -> set[str]:
    return {str(row["value"]) for row in app.suppressions.listed()}


@pytest.fixture
def desk(tmp_path: Path, dsn: str) -> Desk:
    return Desk(tmp_path, dsn)


def test_add_is_one_step_and_undo_takes_all_of_it_back(app: App) -> None:
    report = app.suppressions.add(["Dana@Acme.example", "other.example"], reason="asked")
    assert report.changed == ("dana@acme.example", "other.example")
    again = app.suppressions.add(["dana+x@acme.example", "new.example"])
    assert (again.changed, again.already) == (("new.example",), ("dana@acme.example",))
    assert app.decisions.undo().sentences == ("1 entry off the do-not-contact list again",)
    assert values(app) == {"dana@acme.example", "other.example"}
    app.decisions.undo()
    assert values(app) == set()
    assert app.decisions.redo().sentences == ("2 entries on the do-not-contact list again",)
    assert values(app) == {"dana@acme.example", "other.example"}


def test_remove_and_its_undo_keep_the_reason(app: App) -> None:
    app.suppressions.add(["dana@acme.example"], reason="asked")
    assert app.suppressions.remove(["DANA@acme.example"]).changed == ("dana@acme.example",)
    assert values(app) == set()
    with pytest.raises(NotFound, match="not on the list"):
        app.suppressions.remove(["dana@acme.example"])
    app.decisions.undo()
    (row,) = app.suppressions.listed()
    assert (row["value"], row["reason"]) == ("dana@acme.example", "asked")


def test_every_change_leaves_a_receipt_that_names_nobody(app: App) -> None:
    app.suppressions.add(["dana@acme.example"], reason="asked")
    app.suppressions.remove(["dana@acme.example"])
    assert [one.what for one in app.operations.activity()] == ["unsuppress", "suppress"]
    with app.unit_of_work() as uow:
        rows = uow.connection.execute("SELECT detail::text AS d FROM audit_log").fetchall()
    assert all("dana" not in row["d"] and "sha256:" in row["d"] for row in rows)
    assert app.actions.audit_verify().intact


def test_nobody_and_an_unknown_company(app: App) -> None:
    with pytest.raises(UsageError, match="Nobody was named"):
        app.suppressions.add([])
    with pytest.raises(NotFound, match="no company 'Acme'"):
        app.suppressions.add([], company="Acme")


@pytest.mark.parametrize(
    "text",
    [
        "dana@acme.example\nother.example\n\n# a comment\nnot an address\n",
        '"dana@acme.example",x\nother.example,y\nnot an address,z\n',
        "name,Email,reason\nD,dana@acme.example,old\nO,other.example,\nN,not an address,\n",
        "\ufeffemail\r\ndana@acme.example\r\nother.example\r\nnot an address\r\n",
    ],
)
def test_a_file_of_any_sensible_kind(app: App, tmp_path: Path, text: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text)
    report = app.suppressions.import_file(file)
    assert set(report.changed) == values(app) == {"dana@acme.example", "other.example"}
    assert len(report.bad) == 1 and "not an address" in report.bad[0]
    reasons = {row["value"]: row["reason"] for row in app.suppressions.listed()}
    assert reasons["other.example"] == "imported from list.csv"
    assert reasons["dana@acme.example"] in ("old", "imported from list.csv")
    app.decisions.undo()
    assert values(app) == set()


def test_a_file_that_is_not_there(app: App, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        app.suppressions.import_file(tmp_path / "none")


def test_the_preview_says_it_and_it_is_not_sent(desk: Desk) -> None:
    move = desk.mail()
    desk.app.suppressions.add(["theirs.example"], reason="they asked")
    plan = desk.plan(move)
    assert plan.blocked
    said = [check.sentence for check in plan.checks if check.level == "block"]
    assert said == ["Do not contact: theirs.example: they asked."]
    desk.app.decisions.undo()
    assert not desk.plan(move).blocked
    desk.close()
