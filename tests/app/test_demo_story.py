"""The invented world: the same every time, nobody real in it, and read by the real readers."""

from datetime import UTC, datetime
from pathlib import Path

from caseyos.app.demo_story import COMPANIES, ME, Story
from caseyos.connectors import csv
from caseyos.domain.addresses import parse_address
from caseyos.domain.mail import NotMail, read_mail
from caseyos.domain.ports.intake import Rejected

NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)


def test_it_is_the_same_for_one_seed_and_moment(tmp_path: Path) -> None:
    def told(folder: Path) -> object:
        folder.mkdir()
        story = Story(NOW)
        tables = [path.read_text() for path in story.write_tables(folder)]
        return tables, story.visits(), story.past_forms(), list(story.mails())

    assert told(tmp_path / "one") == told(tmp_path / "two")


def test_nobody_in_it_can_exist() -> None:
    for company in COMPANIES:
        assert parse_address(company.address) == company.address
        assert company.address.endswith(".example")
    assert ME.endswith(".example")


def test_its_tables_are_read_but_for_what_is_meant_to_be_wrong(tmp_path: Path) -> None:
    accounts, products, deals, later = Story(NOW).write_tables(tmp_path)
    table = csv.Table(accounts, csv.ACCOUNT_COLUMNS, required=("name",))
    assert not [r for r in csv.accounts(table, date_format=None) if isinstance(r, Rejected)]
    prices = csv.Table(products, csv.PRODUCT_COLUMNS, required=("name", "list_price"))
    assert all(not isinstance(row, Rejected) for row in csv.products(prices))
    stages = []
    for path in (deals, later):
        export = csv.Table(path, csv.DEAL_COLUMNS, required=("external_id", "stage"))
        rows = list(csv.deals(export, date_format=None, currency="USD"))
        stages.append({r.external_id: r.stage for r in rows if not isinstance(r, Rejected)})
    assert set(stages[0]) == set(stages[1])
    assert stages[0] != stages[1]


def test_its_mail_holds_both_sides_answers_and_trouble() -> None:
    good = []
    for _, raw in Story(NOW).mails():
        try:
            good.append(read_mail(raw))
        except NotMail:
            continue
    sent = {mail.message_id for mail in good if mail.sender == ME}
    assert sent
    assert any(set(mail.answers) & sent for mail in good if mail.sender != ME)
    assert any(mail.bounce for mail in good)
    assert all(mail.at is None or mail.at <= NOW for mail in good)
    assert len({mail.message_id for mail in good}) < len(good)  # one comes twice
