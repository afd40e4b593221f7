"""CRM exports as CSV: find the columns, read the rows, reject what cannot be meant.

Reads files and nothing else; what the rows mean is the pipeline's.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from caseyos.domain.ports.intake import AccountRow, DealRow, ProductRow, Rejected
from caseyos.domain.text import safe_line, storable
from caseyos.errors import UsageError

MAX_FIELD = 64 * 1024  # characters of one cell
MAX_MONEY = 1e13
MAX_EMPLOYEES = 100_000_000
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


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: its number, cells by field (trimmed, empty when missing), and raw text."""

    number: int
    cells: Mapping[str, str]
    raw: str
    problem: str = ""  # why it is no CSV, where it is none


@dataclass(frozen=True, slots=True)
class _Record:
    """A record as it was read; `end` is where the next one begins."""

    number: int
    cells: list[str]
    raw: str
    problem: str
    end: int


class Table:
    """A CSV file with its columns found; iterate for lines with their cells by field.

    A quote that is never closed costs its own line, not everything behind it.
    """

    def __init__(
        self,
        path: Path,
        columns: Mapping[str, tuple[str, ...]],
        *,
        required: tuple[str, ...],
        mapping: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        # Only CR and LF end a line here; a cell may hold every other separator.
        self._lines = list(io.StringIO(read_text(path), newline=""))
        self._dialect = _dialect(self._lines[0] if self._lines else "")
        first = next(self._records(0), None)
        if first is None or first.problem:
            raise UsageError(f"{path} has no header line.")
        self.header = [cell.strip() for cell in first.cells]
        self._body = first.end
        self._places = self._find(columns, required, mapping or {})
        self.unused = [
            name
            for place, name in enumerate(self.header)
            if name and place not in self._places.values()
        ]

    def __iter__(self) -> Iterator[Line]:
        """The lines behind the header, but empty ones."""
        for record in self._records(self._body):
            cells = record.cells
            if not record.problem and not any(cell.strip() for cell in cells):
                continue
            found = {
                name: cells[place].strip() if place < len(cells) else ""
                for name, place in self._places.items()
            }
            problem = record.problem
            if any(cell.strip() for cell in cells[len(self.header) :]):
                problem = f"it has {len(cells)} cells for {len(self.header)} columns"
            yield Line(record.number, found, record.raw, problem)

    def _records(self, start: int) -> Iterator[_Record]:
        """Every record from a line on; behind a broken one reading begins anew."""
        csv.field_size_limit(MAX_FIELD)
        while start < len(self._lines):
            for record in self._until_broken(start):
                start = record.end
                yield record

    def _until_broken(self, start: int) -> Iterator[_Record]:
        """Records from a line on, up to and including the first that is no CSV."""
        lines = (self._lines[place] for place in range(start, len(self._lines)))
        reader = csv.reader(lines, self._dialect)
        begun, problem = start, ""
        while not problem:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells, problem = [], str(error)
            end = start + reader.line_num
            if self._is_torn(cells, begun, end) or (problem and end - begun > 1):
                problem, end = "a quote is opened and not closed", begun + 1
            yield _Record(begun + 1, cells, "".join(self._lines[begun:end]), problem, end)
            begun = end

    def _is_torn(self, cells: list[str], begun: int, end: int) -> bool:
        """Whether a record is one line's open quote, with whatever that swallowed behind it."""
        lines = self._lines[begun:end]
        fits = len(cells) == len(getattr(self, "header", cells))
        if len(lines) == 1:
            return not fits and lines[0].count('"') % 2 == 1
        try:  # what runs over several lines must be quoted as it should be
            return not fits or len(list(csv.reader(lines, self._dialect, strict=True))) != 1
        except csv.Error:
            return True

    def rows(self) -> int:
        """About how many rows there are, for a progress bar."""
        return max(len(self._lines) - self._body, 0)

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
    for line in table:
        cells = line.cells
        try:
            _no_broken_line(line)
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
            yield _reject(table, line, "external_id", str(error))


def accounts(table: Table, *, date_format: str | None) -> Iterator[AccountRow | Rejected]:
    """The companies of a file, row by row."""
    for line in table:
        cells = line.cells
        try:
            _no_broken_line(line)
            name = _text(cells.get("name"))
            if not name:
                raise BadCell("the row has no name")
            employees = _money(cells, "employees")
            if employees is not None and employees > MAX_EMPLOYEES:
                raise BadCell(f"employees is {employees:g}, which is no head count")
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
            yield _reject(table, line, "name", str(error))


def products(table: Table) -> Iterator[ProductRow | Rejected]:
    """The products of a file, row by row."""
    for line in table:
        cells = line.cells
        try:
            _no_broken_line(line)
            name = _text(cells.get("name"))
            if not name:
                raise BadCell("the row has no name")
            yield ProductRow(name, _money(cells, "list_price"))
        except BadCell as error:
            yield _reject(table, line, "name", str(error))


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


def _dialect(header: str) -> type[csv.Dialect]:
    """The dialect of a file, by its first line."""
    try:
        found = csv.Sniffer().sniff(header or ",", delimiters=",;\t|")
    except csv.Error:
        return csv.excel
    found.doublequote = True
    return found


def _no_broken_line(line: Line) -> None:
    if line.problem:
        raise BadCell(f"the line is not CSV: {line.problem}")


def _reject(table: Table, line: Line, key: str, reason: str) -> Rejected:
    place = f"{table.path.name}:{line.number}"
    name = f"{place}:{safe_line(line.cells.get(key, ''), 60)}"
    return Rejected(name, line.raw.encode("utf-8", "surrogatepass"), place, reason)


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
