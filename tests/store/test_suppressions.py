"""The do-not-contact list: which entry speaks of an address, and who may take one off."""

from __future__ import annotations

import pytest

from caseyos.domain.suppression import Entry, entry_of
from tests.store.conftest import Insert, Unit


@pytest.mark.parametrize(
    ("entry", "address", "speaks"),
    [
        ("dana@acme.example", "dana@acme.example", True),
        ("dana@acme.example", "Dana@Acme.example", True),
        ("dana@acme.example", "dana+news@acme.example", True),
        ("dana+news@acme.example", "dana@acme.example", True),
        ("dana@acme.example", "dan@acme.example", False),
        ("dana@acme.example", "dana@mail.acme.example", False),
        ("acme.example", "anyone@acme.example", True),
        ("acme.example", "anyone@eu.mail.acme.example", True),
        ("mail.acme.example", "anyone@acme.example", False),
        ("acme.example", "anyone@notacme.example", False),
        ("bücher.example", "a@xn--bcher-kva.example", True),
    ],
)
def test_what_speaks_of_an_address(unit: Unit, entry: str, address: str, speaks: bool) -> None:
    with unit() as uow:
        assert uow.suppressions.add(entry_of(entry), "asked", "dnc:1")
        facts = uow.executions.guard_facts(
            action_type="send_email", recipient=address, account_id=None
        )
        assert (facts["suppressed"] is not None) is speaks
        found = uow.suppressions.speaking_of(Entry(address.lower(), "email"))
        assert [row["value"] for row in found] == ([entry_of(entry).value] if speaks else [])


def test_a_domain_is_asked_about_as_a_whole(unit: Unit) -> None:
    with unit() as uow:
        uow.suppressions.add(entry_of("acme.example"), None, "dnc:1")
        uow.suppressions.add(entry_of("dana@eu.acme.example"), None, "dnc:1")
        found = uow.suppressions.speaking_of(entry_of("eu.acme.example"))
        assert [row["value"] for row in found] == ["acme.example"]


def test_an_account_speaks_of_its_people(unit: Unit, insert: Insert) -> None:
    account = insert("accounts", name="Acme Corp.", name_key="acmecorp")
    insert("contacts", email="dana@acme.example", account_id=account)
    with unit() as uow:
        assert uow.suppressions.account_named("ACME corp") == (account, "Acme Corp.")
        assert uow.suppressions.account_named("Other") is None
        uow.suppressions.add(Entry(str(account), "account"), "stop", "dnc:1")
        (row,) = uow.suppressions.speaking_of(entry_of("dana@acme.example"))
        assert (row["kind"], row["account"]) == ("account", "Acme Corp.")
        assert [row["account"] for row in uow.suppressions.listed("acme c")] == ["Acme Corp."]


def test_once_on_the_list_is_enough(unit: Unit) -> None:
    dana = entry_of("dana@acme.example")
    with unit() as uow:
        assert uow.suppressions.add(dana, "first", "dnc:1")
        assert not uow.suppressions.add(dana, "second", "dnc:2")
        assert [row["reason"] for row in uow.suppressions.listed()] == ["first"]
        assert uow.suppressions.remove(dana.value, "dnc:2") is None
        gone = uow.suppressions.remove(dana.value, "dnc:1")
        assert gone is not None and gone["reason"] == "first"
        assert uow.suppressions.listed() == []


def test_what_nobody_may_undo_outlives_what_a_person_did(unit: Unit) -> None:
    """She was put on the list by hand; then she asked herself. Undoing the first changes nothing."""
    dana = entry_of("dana@acme.example")
    with unit() as uow:
        uow.suppressions.add(dana, "by hand", "dnc:1")
        assert not uow.suppressions.add(dana, "asked to stop", "mail:<1@x>")
        assert uow.suppressions.remove(dana.value, "dnc:1") is None
        # And the other way round: what she asked for is not taken over by a person's step.
        assert not uow.suppressions.add(dana, "by hand", "outcome:2")
        assert uow.suppressions.remove(dana.value, "outcome:2") is None
        (row,) = uow.suppressions.listed()
        assert (row["source"], row["reason"]) == ("mail:<1@x>", "asked to stop")


def test_the_text_one_looks_for_is_literal(unit: Unit) -> None:
    with unit() as uow:
        uow.suppressions.add(entry_of("a_b@acme.example"), None, "dnc:1")
        uow.suppressions.add(entry_of("axb@acme.example"), None, "dnc:1")
        assert [row["value"] for row in uow.suppressions.listed("a_b")] == ["a_b@acme.example"]
