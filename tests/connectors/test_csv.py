"""CRM exports as they come: odd columns, odd dates, odd quotes; nothing is taken that is not meant."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseyos.connectors import csv
from caseyos.connectors.csv import ACCOUNT_COLUMNS, DEAL_COLUMNS, PRODUCT_COLUMNS, Table
from caseyos.domain.ports.intake import AccountRow, DealRow, ProductRow, Rejected
from caseyos.errors import UsageError

HEAD = "opportunity_id,account,deal_stage,close_value,engage_date,email"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deals.csv"


def table(file: Path, content: str | bytes, **mapping: str) -> Table:
    raw = content.encode() if isinstance(content, str) else content
    file.write_bytes(raw)
    return Table(file, DEAL_COLUMNS, required=("external_id", "stage"), mapping=mapping)


def read(file: Path, content: str | bytes, form: str | None = None) -> list[DealRow | Rejected]:
    return list(csv.deals(table(file, content), date_format=form, currency="USD"))


def one(file: Path, row: str, form: str | None = None) -> DealRow | Rejected:
    (found,) = read(file, f"{HEAD}\n{row}\n", form)
    return found


def test_a_row(file: Path) -> None:
    assert one(file, "1C1,  Acme  Corp ,Won,1054,2016-10-20,Dana@X.example") == DealRow(
        external_id="1C1",
        name=None,
        account="Acme Corp",
        stage="Won",
        amount=1054.0,
        product=None,
        owner=None,
        engaged_on=date(2016, 10, 20),
        close_on=None,
        contact_email="dana@x.example",
        currency="USD",
    )


def test_what_is_not_said_is_none(file: Path) -> None:
    row = one(file, "1C1,,,,,")
    assert isinstance(row, DealRow)
    assert (row.account, row.stage, row.amount, row.engaged_on) == (None, None, None, None)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Opportunity ID,Deal Stage", "external_id"),
        ("Record Id,Stage", "external_id"),
        ("DEAL_ID,Status", "external_id"),
        ("id,stage", "external_id"),
        ('"id","stage"', "external_id"),
        ("id;stage", "external_id"),
        ("id\tstage", "external_id"),
        ("id|stage", "external_id"),
        (" id , stage ", "external_id"),
        ("\ufeffid,stage", "external_id"),
    ],
)
def test_columns_are_found_by_many_names(file: Path, header: str, field: str) -> None:
    separator = next((s for s in ";\t|" if s in header), ",")
    (row,) = read(file, f"{header}\n1C1{separator}Won\n")
    assert isinstance(row, DealRow)
    assert (getattr(row, field), row.stage) == ("1C1", "Won")


def test_columns_can_be_named(file: Path) -> None:
    content = "Nr,Where it is,Worth\n7,Won,5000\n"
    found = table(file, content, **{"Nr": "external_id", "Where it is": "stage", "Worth": "amount"})
    (row,) = csv.deals(found, date_format=None, currency=None)
    assert isinstance(row, DealRow)
    assert (row.external_id, row.stage, row.amount, row.currency) == ("7", "Won", 5000.0, None)
    assert found.unused == []


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"Nope": "stage"}, "has no column 'Nope'"),
        ({"Nr": "nope"}, "There is no field 'nope'"),
        ({"Nr": "external_id"}, "has no column for stage"),
    ],
)
def test_a_wrong_mapping_is_a_sentence(file: Path, mapping: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words) as refusal:
        table(file, "Nr,Where\n7,Won\n", **mapping)
    assert refusal.value.hint


@pytest.mark.parametrize("content", ["", "\n\n", "a,b\n", "\x00\x00", '"' + "x" * 70_000])
def test_a_file_without_the_columns_is_refused(file: Path, content: str) -> None:
    with pytest.raises(UsageError, match=r"no header line|no column for"):
        table(file, content)


def test_columns_that_nobody_uses_are_told(file: Path) -> None:
    assert table(file, "id,stage,Shoe size\n").unused == ["Shoe size"]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("0", 0.0),
        ("1054", 1054.0),
        ("1054.50", 1054.5),
        ('"1,054.50"', 1054.5),
        ("$1054", 1054.0),
        ('"$ 1,054"', 1054.0),
        ("1054 €", 1054.0),
        ("£1054", 1054.0),
        ('"1.054,50"', 1054.5),
        ('"1.054.000"', 1_054_000.0),
        ('"1054,5"', 1054.5),
        ('"1 054,50"', 1054.5),
        ("1'054.50", 1054.5),
        ("1e3", 1000.0),
    ],
)
def test_money(file: Path, cell: str, amount: float) -> None:
    row = one(file, f"1C1,Acme,Won,{cell},,")
    assert isinstance(row, DealRow)
    assert row.amount == amount


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("lots", "amount is 'lots', which is not a figure"),
        ("nan", "no amount"),
        ("inf", "no amount"),
        ("1e999", "no amount"),
        ("1e14", "no amount"),
        ("-5", "amount is -5; it cannot be negative"),
        ("(500)", "not a figure"),
        ("\x1b[2J", r"'\^\[\[2J'"),
    ],
)
def test_what_is_no_money(file: Path, cell: str, words: str) -> None:
    row = one(file, f"1C1,Acme,Won,{cell},,")
    assert isinstance(row, Rejected)
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(row.reason)


@pytest.mark.parametrize(
    ("cell", "form", "day"),
    [
        ("2016-10-20", None, date(2016, 10, 20)),
        ("2016/10/20", None, date(2016, 10, 20)),
        ("2016-10-20T08:00:00", None, date(2016, 10, 20)),
        ("2016-10-20 08:00:00", None, date(2016, 10, 20)),
        ("20-10-2016", "%d-%m-%Y", date(2016, 10, 20)),
        ("10/20/2016", "%m/%d/%Y", date(2016, 10, 20)),
        ("", "%d-%m-%Y", None),
    ],
)
def test_dates(file: Path, cell: str, form: str | None, day: date | None) -> None:
    row = one(file, f"1C1,Acme,Won,,{cell},", form)
    assert isinstance(row, DealRow)
    assert row.engaged_on == day


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        ("20-10-2016", None),  # day first or month first: not ours to guess
        ("2016-02-30", None),
        ("2016-10-20", "%d-%m-%Y"),
        ("2016-10-20", "%"),
        ("soon", None),
    ],
)
def test_what_is_no_date(file: Path, cell: str, form: str | None) -> None:
    row = one(file, f"1C1,Acme,Won,,{cell},", form)
    assert isinstance(row, Rejected)
    assert row.reason.startswith(f"engaged_on is {cell!r}, not a date as ")
    assert "--date-format" in row.reason


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(file: Path, end: str) -> None:
    rows = read(file, end.join([HEAD, "1,A,Won,,,", "", " , ,,,,", "2,B,Lost,,,"]))
    assert [row.external_id for row in rows] == ["1", "2"]


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_other_separators_are_part_of_a_cell(file: Path, separator: str) -> None:
    row = one(file, f"1C1,Acme{separator}Corp,Won,5,,")
    assert isinstance(row, DealRow)
    assert (row.account, row.stage, row.amount) == ("Acme Corp", "Won", 5.0)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "cp1252", "latin-1"]
)
def test_encodings(file: Path, encoding: str) -> None:
    text = f"{HEAD}\n1C1,Café,Won,5,,\n"
    if encoding == "utf-16-le-bom":
        raw = b"\xff\xfe" + text.encode("utf-16-le")
    else:
        raw = text.encode(encoding)
    (row,) = read(file, raw)
    assert isinstance(row, DealRow)
    assert row.account == "Café"


def test_a_cell_may_hold_commas_quotes_and_lines(file: Path) -> None:
    row = one(file, '1C1,"Acme, ""The"" Corp\nof\r\nOhio",Won,5,,')
    assert isinstance(row, DealRow)
    assert (row.account, row.amount) == ('Acme, "The" Corp of Ohio', 5.0)


def test_quotes_that_are_only_odd_are_taken_as_they_are(file: Path) -> None:
    rows = read(file, f'{HEAD}\n1,5" disk,Won,5,,\n2,"B" and "C,Won,5,,\n')
    assert [row.account for row in rows if isinstance(row, DealRow)] == ['5" disk', 'B and "C']


GOOD = ["1,A,Won,5,,", "3,C,Won,5,,", "4,D,Won,5,,"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ('2,"B,Won,5,,', "a quote is opened and not closed"),
        ("2,B\x00,Won,5,,", "NUL"),
        (f"2,{'x' * 70_000},Won,5,,", "field larger than field limit"),
        (f'2,"{"x" * 70_000}",Won,5,,', "field larger than field limit"),
        (",B,Won,5,,", "the row has no id"),
        ("2,B,Won,5,,dana at x", "'dana at x' is not an e-mail address"),
        ("2,B,Won,5,,a@x.example;b@x.example", "is not an e-mail address"),
        ("2,Acme, Inc,Won,5,,a@b.example", "7 cells for 6 columns"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_bad_row_costs_only_itself(file: Path, bad: str, words: str, place: int) -> None:
    lines = [*GOOD[:place], bad, *GOOD[place:]]
    rows = read(file, "\n".join([HEAD, *lines, ""]))
    assert [row.external_id for row in rows if isinstance(row, DealRow)] == ["1", "3", "4"]
    (rejected,) = (row for row in rows if isinstance(row, Rejected))
    assert words in rejected.reason
    assert rejected.place == f"deals.csv:{place + 2}"
    assert rejected.raw == f"{bad}\n".encode()


def test_two_bad_quotes_do_not_swallow_what_lies_between(file: Path) -> None:
    lines = ['2,"B,Won,5,,', "1,A,Won,5,,", '5,"E,Won,5,,', "3,C,Won,5,,"]
    rows = read(file, "\n".join([HEAD, *lines]))
    assert [r.external_id for r in rows if isinstance(r, DealRow)] == ["1", "3"]
    assert [r.place for r in rows if isinstance(r, Rejected)] == ["deals.csv:2", "deals.csv:4"]


def test_a_rejected_row_keeps_its_name(file: Path) -> None:
    names = [one(file, "9Z,Acme,Won,lots,,") for _ in range(2)]
    assert names[0] == names[1]
    assert isinstance(names[0], Rejected)
    assert names[0].external_id == "deals.csv:2:9Z"


def test_accounts(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(
        "account,sector,revenue,employees,office_location,renewal_date\n"
        "Acme,retail,1100.04,2822,United States,2026-12-20\n"
        ",retail,1,1,x,\n"
        "Huge,retail,1,99999999999,x,\n"
        "Odd,retail,1,many,x,\n"
    )
    rows = list(csv.accounts(Table(file, ACCOUNT_COLUMNS, required=("name",)), date_format=None))
    assert rows[0] == AccountRow(
        "Acme", "retail", "United States", None, 2822, 1100.04, date(2026, 12, 20)
    )
    reasons = [row.reason for row in rows[1:] if isinstance(row, Rejected)]
    assert [reason.split(" is ")[0] for reason in reasons] == [
        "the row has no name",
        "employees",
        "employees",
    ]


def test_products(tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text("product,series,sales_price\nGTX Basic,GTX,550\nFree,GTX,\n,GTX,5\n")
    rows = list(csv.products(Table(file, PRODUCT_COLUMNS, required=("name", "list_price"))))
    assert rows[:2] == [ProductRow("GTX Basic", 550.0), ProductRow("Free", None)]
    assert isinstance(rows[2], Rejected)


def test_rows_for_the_progress_bar(file: Path) -> None:
    assert table(file, "\n".join([HEAD, *GOOD])).rows() == 3


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        Table(tmp_path, DEAL_COLUMNS, required=())


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text('x,"\n \x00;', max_size=12), max_size=8))
def test_every_line_is_taken_rejected_or_empty(file: Path, lines: list[str]) -> None:
    content = "\n".join([HEAD, *lines, "good,A,Won,5,,"])
    rows = read(file, content)
    assert isinstance(rows[-1], DealRow | Rejected)
    told = sum(row.raw.count(b"\n") or 1 for row in rows if isinstance(row, Rejected))
    taken = [row for row in rows if isinstance(row, DealRow)]
    assert told + len(taken) >= 1
    if not any('"' in line for line in lines):
        assert rows[-1] == one(file, "good,A,Won,5,,")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
def test_what_is_written_properly_is_read_back(file: Path, pairs: list[tuple[str, str]]) -> None:
    import csv as library
    import io

    out = io.StringIO()
    writer = library.writer(out)
    writer.writerow(["id", "stage"])
    writer.writerows([f"k{n}{a}", f"s{b}"] for n, (a, b) in enumerate(pairs))
    rows = read(file, out.getvalue())
    assert [row.external_id for row in rows] == [
        " ".join(f"k{n}{a}".split()) for n, (a, _) in enumerate(pairs)
    ]
