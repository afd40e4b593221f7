"""UUIDv7: version and variant, the time in front, and nothing of the randomness lost."""

from datetime import UTC, datetime
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.ids import uuid7

times = st.integers(0, 2**48 - 1)
bits = st.integers(0, 2**74 - 1)


@given(times, bits)
def test_layout(milliseconds: int, randomness: int) -> None:
    made = uuid7(milliseconds, randomness)
    assert made.version == 7
    assert made.variant == RFC_4122
    assert made.int >> 80 == milliseconds
    back = ((made.int >> 64 & 0xFFF) << 62) | (made.int & (2**62 - 1))
    assert back == randomness


@given(times, times, bits, bits)
def test_a_later_time_sorts_later(one: int, other: int, a: int, b: int) -> None:
    if one != other:
        assert (uuid7(one, a) < uuid7(other, b)) == (one < other)


def test_the_example_of_rfc_9562() -> None:
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    made = uuid7(round(moment.timestamp() * 1000), (0xCC3 << 62) | 0x18C4DC0C0C07398F)
    assert str(made) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
