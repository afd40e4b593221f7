"""A definite no says whether trying later may help."""

from caseyos.domain.ports.channel import NotDone, Receipt


def test_a_no_is_final_unless_it_says_otherwise() -> None:
    assert not NotDone("mailbox unknown").temporary
    later = NotDone("too many connections", temporary=True)
    assert (later.temporary, later.message, str(later)) == (True, later.message, later.message)


def test_a_receipt_refuses_nobody_by_default() -> None:
    assert Receipt("id", "digest", None).refused == ()
