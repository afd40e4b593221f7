"""Rates that stop: above the limit, from the minimum on, and each for its own reason."""

from datetime import timedelta

import pytest

from caseyos.domain.trips import Rates, Trip, TripPolicy, trips

POLICY = TripPolicy(0.1, 0.05, timedelta(days=7), 20, 0.5, timedelta(hours=1), 5)


@pytest.mark.parametrize(
    ("rates", "engaged"),
    [
        (("smtp", 20, 2, 0, 20, 0), ()),  # at the limit is not above it
        (("smtp", 20, 3, 0, 20, 0), (Trip("outbound", "3 of 20 bounced"),)),
        (("smtp", 19, 19, 0, 20, 0), ()),  # too few to say
        (("smtp", 20, 0, 1, 20, 0), ()),
        (("smtp", 20, 0, 2, 20, 0), (Trip("outbound", "2 of 20 asked to stop"),)),
        (("smtp", 0, 0, 0, 4, 4), ()),
        (("smtp", 0, 0, 0, 6, 3), ()),
        (("smtp", 0, 0, 0, 5, 3), (Trip("smtp", "3 of 5 failed"),)),
    ],
)
def test_each_rate(rates: tuple[str, int, int, int, int, int], engaged: tuple[Trip, ...]) -> None:
    assert trips([Rates(*rates)], POLICY) == engaged


def test_mails_of_all_channels_count_together_and_errors_apart() -> None:
    found = [Rates("a", 10, 2, 0, 10, 6), Rates("b", 10, 2, 0, 10, 0)]
    assert trips(found, POLICY) == (
        Trip("outbound", "4 of 20 bounced"),
        Trip("a", "6 of 10 failed"),
    )


def test_a_rate_of_nothing_switches_a_trip_off() -> None:
    off = TripPolicy(0, 0, timedelta(days=7), 1, 0, timedelta(hours=1), 1)
    assert trips([Rates("a", 100, 100, 100, 100, 100)], off) == ()
    assert trips([], POLICY) == ()
