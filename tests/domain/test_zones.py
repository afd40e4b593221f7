"""A country's one zone: real zones, no name twice, and nothing guessed."""

from zoneinfo import ZoneInfo

import pytest

from caseyos.domain.zones import ONE_ZONE, zone_of_country


def test_every_zone_exists_and_no_name_means_two() -> None:
    names = [name for _, many in ONE_ZONE.values() for name in many]
    assert len(names) == len(set(names))
    for code, (zone, many) in ONE_ZONE.items():
        ZoneInfo(zone)
        assert len(code) == 2
        assert {zone_of_country(name) for name in (code, code.upper(), *many)} == {zone}


@pytest.mark.parametrize("country", [None, "", "Atlantis", "United States", "US", "Brazil", "AU"])
def test_nothing_is_guessed(country: str | None) -> None:
    assert zone_of_country(country) is None


def test_names_as_people_write_them() -> None:
    assert zone_of_country("  germany ") == zone_of_country("Deutschland") == "Europe/Berlin"
