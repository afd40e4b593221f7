"""Generation with this configuration: its plays, weights, criteria and zone."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from caseyos.app import App
from caseyos.app.generation import icp_criteria, load_plays, new_id, scoring_rules
from caseyos.domain.icp import Criterion
from caseyos.domain.scoring import DEFAULT_KNOTS, DEFAULT_WEIGHTS
from caseyos.errors import ConfigError
from tests.app.conftest import OpenApp


def test_the_defaults_are_the_domains(app: App) -> None:
    rules = scoring_rules(app.config)
    assert rules.weights == dict(DEFAULT_WEIGHTS)
    assert {k: [tuple(p) for p in v] for k, v in rules.knots.items()} == {
        name: list(knots) for name, knots in DEFAULT_KNOTS.items()
    }
    assert icp_criteria(app.config) == ()
    assert len(load_plays(app.config)) == 17


def test_the_configuration_changes_them(open_app: OpenApp) -> None:
    app = open_app(
        "[score.weights]\nrevenue = 25\nurgency = 25\neffort = 25\nstrategic = 25\n"
        "[icp.sectors]\nvalues = ['retail']\nweight = 2\n[icp.employees]\nmin = 10\nmax = 500\n"
        "[[play]]\nname = 'deal_silent'\neffort = 45\n"
        "[[play]]\nname = 'mine'\non = 'email_received'\naction = 'create_task'\ntitle = 'Read {{ subject }}'\n"
    )
    book = app.generation.book
    assert book.rules.weights["revenue"] == 25
    assert book.criteria == (
        Criterion("sector", "sector", ("retail",), None, None, 2.0),
        Criterion("employees", "employees", (), 10, 500, 1.0),
    )
    assert [play.effort for play in book.plays["deal_silent"]] == [45]
    assert [play.name for play in book.plays["email_received"]] == ["mine"]


def test_a_play_that_cannot_be_read_is_named(open_app: OpenApp) -> None:
    app = open_app("[[play]]\nname = 'mine'\non = 'manual'\naction = 'create_task'\ntitle = '{{'\n")
    with pytest.raises(ConfigError, match="Play 'mine' cannot be read"):
        app.generation.run()


def test_the_zone(open_app: OpenApp) -> None:
    assert open_app().config.zone is None
    assert open_app(CASEYOS_TIMEZONE="Europe/Lisbon").config.zone == ZoneInfo("Europe/Lisbon")


def test_ids_are_made_in_their_order() -> None:
    made = [new_id() for _ in range(50)]
    assert len(set(made)) == 50
    assert all(one.version == 7 for one in made)
    times = [one.int >> 80 for one in made]
    assert times == sorted(times)


def test_the_plays_are_compiled_once(app: App) -> None:
    assert app.generation.book is app.generation.book


def test_the_real_export_becomes_moves_once(app: App, shared_data: Path) -> None:
    from caseyos.app.intake import ImportOptions

    folder = shared_data / "crm"
    app.intake.import_path(
        folder / "sales_pipeline.csv",
        ImportOptions(
            accounts=folder / "accounts.csv",
            products=folder / "products.csv",
            date_format="%d-%m-%Y",
        ),
    )
    app.intake.sync("internal")
    first = app.generation.run()
    # Engaging deals were all engaged in 2016 and 2017: too old to greet, long silent. Prospecting
    # ones name no day, so there is nothing to say but that they are there.
    assert (first.too_old, first.created, first.failed) == (1_589, 2_089, 0)
    assert app.queue.today(limit=2_100).total_pending == 2_089
    moves = app.queue.today(limit=2_100).moves
    assert all(move.drivers and move.reasoning for move in moves)
    assert [move.aps for move in moves] == sorted((move.aps for move in moves), reverse=True)
    again = app.generation.run()
    assert (again.signals, again.created, again.refreshed) == (0, 0, 0)
