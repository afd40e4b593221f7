"""One tree of errors: exit codes and HTTP statuses as the contract has them."""

import pytest

from caseyos import errors
from caseyos.errors import CaseyError, Refused, TryLater

# UX's exit codes and SPEC section 11's answers.
TABLE = {
    "CaseyError": (1, 500, "failed"),
    "UsageError": (2, 422, "usage"),
    "Declined": (3, 409, "declined"),
    "LoginRequired": (4, 403, "login"),
    "Refused": (5, 403, "refused"),
    "WrongStatus": (5, 409, "wrong_status"),
    "Changed": (6, 409, "changed"),
    "TooLate": (7, 409, "too_late"),
    "PartlyDone": (8, 207, "partly"),
    "TryLater": (9, 429, "try_later"),
    "Overtaken": (9, 429, "overtaken"),
    "NotReady": (10, 503, "not_ready"),
    "ConfigError": (11, 500, "config"),
    "NotFound": (12, 404, "not_found"),
}
TREE = {name: one for name, one in vars(errors).items() if isinstance(one, type)}


def test_the_table_is_the_whole_tree() -> None:
    assert {name for name, one in TREE.items() if issubclass(one, CaseyError)} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_codes(name: str) -> None:
    kind = TREE[name]
    assert (kind.exit_code, kind.http_status, kind.code) == TABLE[name]
    error = kind("What happened.", hint="caseyos doctor")
    assert (str(error), error.message, error.hint) == (
        error.message,
        "What happened.",
        "caseyos doctor",
    )
    assert kind("What happened.").hint is None
    assert kind.__doc__


def test_the_words_scripts_match_on_are_distinct() -> None:
    assert len({one.code for one in TREE.values() if issubclass(one, CaseyError)}) == len(TABLE)


def test_a_wrong_status_is_a_refusal() -> None:
    assert issubclass(errors.WrongStatus, Refused)


def test_later_says_when_where_that_is_known() -> None:
    assert TryLater("Busy.").retry_after is None
    assert TryLater("Busy.", retry_after=30).retry_after == 30
