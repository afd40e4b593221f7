"""CRM exports as CSV: find the columns, read the rows, reject what cannot be meant.

Reads files and nothing else; what the rows mean is the pipeline's.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from caseyos.domain.ports.intake import AccountRow, DealRow, ProductRow, Rejected
from caseyos.domain.text import safe_line, storable
from caseyos.errors import UsageError

MAX_FIELD = 64 * 1024  # characters of one cell
MAX_MONEY = 1e13
DEAL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("opportunityid", "dealid", "recordid", "id", "opportunity"),
    "name": ("dealname", "opportunityname", "name", "title"),
    "account": ("account", "accountname", "company", "companyname", "organization"),
    "stage": ("dealstage", "stage", "stagename", "status"),
    "amount": ("closevalue", "amount", "value", "dealvalue", "dealamount"),
    "product": ("product", "productname"),
    "owner": ("salesagent", "owner", "dealowner", "opportunityowner"),
    "engaged_on": ("engagedate", "createdate", "createddate", "created", "createdat"),
    "close_on": ("closedate", "closed", "expectedclosedate"),
    "contact_email": ("contactemail", "email", "contactemailaddress"),
    "contact_name": ("contactname", "contact"),
    "currency": ("currency", "dealcurrency"),
}
ACCOUNT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("account", "accountname", "company", "companyname", "name"),
    "sector": ("sector", "industry"),
    "country": ("country", "officelocation", "location"),
    "domain": ("domain", "website", "companydomainname"),
    "employees": ("employees", "numberofemployees", "size"),
    "revenue": ("revenue", "annualrevenue"),
    "renewal_date": ("renewaldate", "renewal", "contractend"),
}
PRODUCT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("product", "productname", "name"),
    "list_price": ("salesprice", "listprice", "price", "unitprice"),
}
_GUESSED_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


class BadCell(ValueError):
    """A cell that cannot be meant; the sentence names column and value."""


class Table:
    """A CSV file with its columns found; iterate for (line number, cells by field) or rejects."""

    def __init__(
        self,
        path: Path,
        columns: Mapping[str, tuple[str, ...]],
        *,
        required: tuple[str, ...],
        mapping: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self._text = read_text(path)
        sample = self._text[:20_000]
        try:
            self._dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(
                sample.splitlines()[0] if sample.strip() else ",", delimiters=",;\t|"
            )
        except csv.Error:
            self._dialect = csv.excel
        csv.field_size_limit(MAX_FIELD)
        reader = csv.reader(self._text.splitlines(keepends=True), self._reading())
        try:
            self.header = [cell.strip() for cell in next(reader)]
        except (StopIteration, csv.Error) as error:
            raise UsageError(f"{path} has no header line.") from error
        self._places = self._find(columns, required, mapping or {})
        self.unused = [
            name
            for place, name in enumerate(self.header)
            if name and place not in self._places.values()
        ]

    def __iter__(self) -> Iterator[tuple[int, dict[str, str], list[str]]]:
        """Line number, cells by field (trimmed, empty when missing), and the raw cells."""
        reader = csv.reader(self._text.splitlines(keepends=True), self._reading())
        next(reader, None)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield reader.line_num, {"": str(error)}, []
                continue
            if not any(cell.strip() for cell in cells):
                continue
            found = {
                name: cells[place].strip() if place < len(cells) else ""
                for name, place in self._places.items()
            }
            yield reader.line_num, found, cells

    def rows(self) -> int:
        """About how many rows there are, for a progress bar."""
        return max(self._text.count("\n") - 1, 0)

    def _reading(self) -> type[csv.Dialect] | csv.Dialect:
        self._dialect.doublequote = True
        self._dialect.strict = False
        return self._dialect

    def _find(
        self,
        columns: Mapping[str, tuple[str, ...]],
        required: tuple[str, ...],
        mapping: Mapping[str, str],
    ) -> dict[str, int]:
        keys = [re.sub(r"[^a-z0-9]", "", name.casefold()) for name in self.header]
        places: dict[str, int] = {}
        for column, name in mapping.items():
            if column not in self.header:
                raise UsageError(f"{self.path} has no column {column!r}.", hint=self._hint())
            if name not in columns:
                raise UsageError(
                    f"There is no field {name!r} to map to.",
                    hint=f"fields: {', '.join(columns)}",
                )
            places[name] = self.header.index(column)
        for name, known in columns.items():
            match = next((keys.index(one) for one in known if one in keys), None)
            if name not in places and match is not None and match not in places.values():
                places[name] = match
        missing = [name for name in required if name not in places]
        if missing:
            raise UsageError(
                f"{self.path} has no column for {' and '.join(missing)}"
                f" (columns: {', '.join(safe_line(name, 30) for name in self.header[:12])}).",
                hint=self._hint(missing[0]),
            )
        return places

    def _hint(self, field: str = "field") -> str:
        return f"caseyos import {self.path.name} --map COLUMN={field}"


def deals(
    table: Table, *, date_format: str | None, currency: str | None
) -> Iterator[DealRow | Rejected]:
    """The deals of an export, row by row."""
    for line, cells, raw in table:
        try:
            _no_broken_line(cells)
            if not cells.get("external_id"):
                raise BadCell("the row has no id")
            yield DealRow(
                external_id=_text(cells["external_id"]) or "",
                name=_text(cells.get("name")),
                account=_text(cells.get("account")),
                stage=_text(cells.get("stage")),
                amount=_money(cells, "amount"),
                product=_text(cells.get("product")),
                owner=_text(cells.get("owner")),
                engaged_on=_date(cells, "engaged_on", date_format),
                close_on=_date(cells, "close_on", date_format),
                contact_email=_email(cells.get("contact_email")),
                contact_name=_text(cells.get("contact_name")),
                currency=_text(cells.get("currency")) or currency,
            )
        except BadCell as error:
            yield _reject(table, line, cells.get("external_id") or "", raw, str(error))


def accounts(table: Table, *, date_format: str | None) -> Iterator[AccountRow | Rejected]:
    """The companies of a file, row by row."""
    for line, cells, raw in table:
        try:
            _no_broken_line(cells)
            name = _text(cells.get("name"))
            if not name:
                raise BadCell("the row has no name")
            employees = _money(cells, "employees")
            yield AccountRow(
                name=name,
                sector=_text(cells.get("sector")),
                country=_text(cells.get("country")),
                domain=_text(cells.get("domain")),
                employees=None if employees is None else int(employees),
                revenue=_money(cells, "revenue"),
                renewal_date=_date(cells, "renewal_date", date_format),
            )
        except BadCell as error:
            yield _reject(table, line, cells.get("name") or "", raw, str(error))


def products(table: Table) -> Iterator[ProductRow | Rejected]:
    """The products of a file, row by row."""
    for line, cells, raw in table:
        try:
            _no_broken_line(cells)
            name = _text(cells.get("name"))
            if not name:
                raise BadCell("the row has no name")
            yield ProductRow(name, _money(cells, "list_price"))
        except BadCell as error:
            yield _reject(table, line, cells.get("name") or "", raw, str(error))


def read_text(path: Path) -> str:
    """A file's text: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _no_broken_line(cells: Mapping[str, str]) -> None:
    if "" in cells:
        raise BadCell(f"the line is not CSV: {cells['']}")


def _reject(table: Table, line: int, key: str, raw: list[str], reason: str) -> Rejected:
    text = ",".join(raw).encode("utf-8", "surrogatepass")
    place = f"{table.path.name}:{line}"
    return Rejected(f"{place}:{safe_line(key, 60)}", text, place, reason)


def _text(cell: str | None) -> str | None:
    if not cell:
        return None
    if "\x00" in cell:
        raise BadCell("a cell holds a NUL byte")
    return storable(" ".join(cell.split()))[:500]


def _email(cell: str | None) -> str | None:
    if not cell:
        return None
    if not re.fullmatch(r"[^@\s<>,;:\"()\[\]\x00-\x1f]{1,64}@[A-Za-z0-9.-]{1,253}", cell):
        raise BadCell(f"{safe_line(cell, 60)!r} is not an e-mail address")
    return cell.lower()


def _money(cells: Mapping[str, str], name: str) -> float | None:
    cell = cells.get(name, "")
    if not cell:
        return None
    plain = re.sub(r"[\s$€£_']", "", cell)
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+,\d{1,2}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        raise BadCell(f"{name} is {safe_line(cell, 40)!r}, which is not a figure") from None
    if not math.isfinite(value) or abs(value) > MAX_MONEY:
        raise BadCell(f"{name} is {safe_line(cell, 40)}, which is no amount")
    if value < 0:
        raise BadCell(f"{name} is {value:g}; it cannot be negative")
    return value


def _date(cells: Mapping[str, str], name: str, date_format: str | None) -> date | None:
    cell = cells.get(name, "")
    if not cell:
        return None
    for form in (date_format,) if date_format else _GUESSED_DATES:
        try:
            return datetime.strptime(cell, form).date()
        except ValueError:
            continue
    expected = date_format or "year-month-day"
    raise BadCell(
        f"{name} is {safe_line(cell, 40)!r}, not a date as {expected}; name it with --date-format"
    )
