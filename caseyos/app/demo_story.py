"""The demo's invented world: companies, deals, mail and visits around now, from a fixed seed.

Only data, as files and rows a real source would bring; what becomes of them is the pipeline's work.
"""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from caseyos.domain.ports.intake import signal_row

ME = "casey@demo.example"
SOURCE_FORM, SOURCE_CALENDAR = "form:website", "calendar:demo"
HOSTILE = "[URGENT] [/b][@click=app.quit]pay now[/] \x1b]0;owned\x07\x1b[2J\u202egnp.exe"
PRODUCTS = (("Atlas Starter", 1_200), ("Atlas Team", 9_600), ("Atlas Fleet", 48_000))


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company and the person there whom we know."""

    name: str
    sector: str
    country: str
    employees: int
    person: str

    @property
    def domain(self) -> str:
        """A domain that can never exist (RFC 2606)."""
        return f"{self.name.split(maxsplit=1)[0].lower()}.example"

    @property
    def address(self) -> str:
        """The person's address."""
        first = self.person.split(maxsplit=1)[0].lower()
        plain = unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode()
        return f"{plain}@{self.domain}"


COMPANIES = (
    Company("Northwind Yards", "logistics", "United States", 420, "Dana Whitfield"),
    Company("Cobalt Freight", "logistics", "Portugal", 95, "Ravi Menon"),
    Company("Harbor & Pine", "retail", "United States", 60, "Marta Oliveira"),
    Company("Meridian Labs", "medical", "Germany", 1_300, "Lena Osei"),
    Company("Atlas Grain", "food", "France", 210, "Hugo Bernard"),
    Company("Larkspur Media", "media", "Ireland", 34, "Aoife Byrne"),
    Company("Tessera Tools", "manufacturing", "Germany", 760, "Jonas Weber"),
    Company("Quillon Health", "medical", "United States", 2_100, "Priya Nair"),
    Company("Fenwick Rail", "logistics", "United Kingdom", 880, "Tom Ashdown"),
    Company("Solway Foods", "food", "Spain", 150, "Inés Calvo"),
)
# Whom each part of the story is about, by place in COMPANIES.
(PRICE, DEMO, PROPOSAL, SILENT, GRAIN, MEDIA, FORWARD, RENEWAL, RAIL, GONE) = range(10)


class Story:
    """Everything that happened before the demo opens, seen from `now`."""

    def __init__(self, now: datetime, seed: int = 7) -> None:
        self.now = now
        self._random = random.Random(seed)  # noqa: S311 - invented data, not a secret
        self.sent_ids: dict[str, str] = {}

    def ago(self, **units: float) -> datetime:
        """A moment before now."""
        return self.now - timedelta(**units)

    def write_tables(self, folder: Path) -> tuple[Path, Path, Path, Path]:
        """The exports: accounts, products, deals as they were, and deals a week later."""
        accounts, products = folder / "accounts.csv", folder / "products.csv"
        deals, later = folder / "deals.csv", folder / "deals-later.csv"
        renewals = {RENEWAL: 24, SILENT: 300}
        _write(
            accounts,
            ("account", "sector", "country", "employees", "domain", "renewal_date"),
            [
                (c.name, c.sector, c.country, c.employees, c.domain, self._renewal(renewals, n))
                for n, c in enumerate(COMPANIES)
            ],
        )
        _write(products, ("product", "sales_price"), PRODUCTS)
        _write(deals, _DEAL_FIELDS, [self._deal(*one) for one in _DEALS])
        _write(later, _DEAL_FIELDS, [self._deal(*_moved(one)) for one in _DEALS])
        return accounts, products, deals, later

    def visits(self) -> list[dict[str, Any]]:
        """What websites and calendars say: forms, meetings, a published piece."""
        return [
            self._form("f-1", MEDIA, "pricing", 0.06),
            self._form("f-2", GRAIN, "demo", 0.2),
            self._form("f-stop", GONE, "newsletter", 0.1),
            signal_row(
                source=SOURCE_CALENDAR,
                signal_type="meeting_soon",
                external_id="meeting-1",
                occurred_at=self.now,
                evidence="Quarterly review with Tessera Tools begins in 3 hours",
                data={
                    "title": "the quarterly review",
                    "start": (self.now + timedelta(hours=3)).isoformat(),
                },
                contact=COMPANIES[FORWARD].address,
            ),
            signal_row(
                source="manual",
                signal_type="content_published",
                external_id="post-1",
                occurred_at=self.ago(days=2),
                evidence="published: what a missed delivery really costs",
                data={"title": "What a missed delivery really costs"},
            ),
        ]

    def past_forms(self) -> list[dict[str, Any]]:
        """Forms that were answered already, before the demo opens."""
        return [
            self._form(f"p-{n}", who, "contact", 20 + 2 * n)
            for n, who in enumerate((DEMO, PROPOSAL, RAIL, GONE, PRICE))
        ]

    def mails(self) -> Iterator[tuple[str, bytes]]:
        """The mail folder: what we sent in two months, what came, one bounce, one twice."""
        for n in range(14):
            company = COMPANIES[n % len(COMPANIES)]
            yield self._mail(
                f"sent-{n}",
                (ME, "Casey"),
                (company.address, company.person),
                f"{self._random.choice(_SUBJECTS)} for {company.name}",
                self.ago(days=58 - 3.4 * n),
                body="Hello, a short note as promised. Best, Casey",
            )
        yield self._answer("r-1", PRICE, "What would the fleet plan cost for 40 vehicles?", 5)
        yield self._answer("r-2", DEMO, "Thursday works. Could you show the reports?", 19)
        yield self._mail(
            "r-3",
            (COMPANIES[PROPOSAL].address, COMPANIES[PROPOSAL].person),
            (ME, "Casey"),
            HOSTILE,
            self.ago(hours=9),
            answers=self.sent_ids["sent-2"],
            body="Please see [/the] attached [@click=app.bell]link[/].",
        )
        twice = self._mail(
            "o-0", ("news@larkspur.example", "Larkspur"), (ME, "Casey"), "Weekly", self.ago(days=3)
        )
        yield twice
        yield f"{twice[0]}-again", twice[1]
        for n, subject in enumerate(_ORDINARY):
            company = COMPANIES[(n * 3 + 1) % len(COMPANIES)]
            yield self._mail(
                f"o-{n + 1}",
                (company.address, company.person),
                (ME, "Casey"),
                subject,
                self.ago(days=1.5 + 2.3 * n),
            )
        yield self._bounce("b-1", RAIL, self.ago(hours=26))

    def _renewal(self, days: dict[int, int], place: int) -> str:
        left = days.get(place)
        return "" if left is None else (self.now + timedelta(days=left)).date().isoformat()

    def _deal(
        self, key: str, who: int, stage: str, product: int, value: int | None, days: float
    ) -> tuple[Any, ...]:
        company = COMPANIES[who]
        name, price = PRODUCTS[product]
        engaged = self.ago(days=days).date()
        closed = (self.ago(days=days / 2)).date() if stage in ("Won", "Lost") else ""
        return (
            *(key, f"{name} for {company.employees // 10} seats", company.name, stage, name),
            price * 2 if value is None else value or "",
            *(engaged, closed, company.address, company.person),
        )

    def _form(self, key: str, who: int, form: str, days: float) -> dict[str, Any]:
        company = COMPANIES[who]
        return signal_row(
            source=SOURCE_FORM,
            signal_type="form_submitted",
            external_id=key,
            occurred_at=self.ago(days=days),
            evidence=f"{company.person} of {company.name} asked through the {form} form",
            data={"form": form, "from": company.address, "from_name": company.person},
            contact=company.address,
        )

    def _answer(self, key: str, who: int, body: str, hours: float) -> tuple[str, bytes]:
        company = COMPANIES[who]
        return self._mail(
            key,
            (company.address, company.person),
            (ME, "Casey"),
            f"Re: the next step for {company.name}",
            self.ago(hours=hours),
            answers=self.sent_ids[f"sent-{who}"],
            body=body,
        )

    def _mail(
        self,
        key: str,
        sender: tuple[str, str],
        to: tuple[str, str],
        subject: str,
        at: datetime,
        *,
        answers: str | None = None,
        body: str = "Hello Casey, for your information. Regards",
    ) -> tuple[str, bytes]:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = f"{sender[1]} <{sender[0]}>", f"{to[1]} <{to[0]}>"
        message["Date"] = format_datetime(at)
        message["Message-ID"] = self.sent_ids[key] = f"<{key}.demo@{sender[0].split('@')[1]}>"
        if answers:
            message["In-Reply-To"] = message["References"] = answers
        message.set_content(body)
        # A hostile subject is no header a library would write; senders do not use one.
        raw = message.as_bytes()
        return key, f"Subject: {subject}\r\n".encode() + raw

    def _bounce(self, key: str, who: int, at: datetime) -> tuple[str, bytes]:
        address = COMPANIES[who].address
        lines = (
            "From: Mail Delivery System <mailer-daemon@demo.example>",
            f"To: {ME}",
            "Subject: Undelivered Mail Returned to Sender",
            f"Date: {format_datetime(at)}",
            f"Message-ID: <{key}.demo@demo.example>",
            f"In-Reply-To: {self.sent_ids[f'sent-{who}']}",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            *("", "--b", "Content-Type: text/plain", "", "The address does not exist.", "--b"),
            *("Content-Type: message/delivery-status", "", "Reporting-MTA: dns; demo.example", ""),
            f"Final-Recipient: rfc822; {address}",
            *("Action: failed", "Status: 5.1.1", "", "--b--", ""),
        )
        return key, "\r\n".join(lines).encode()


_DEAL_FIELDS = (
    *("deal_id", "deal_name", "account", "deal_stage", "product", "close_value"),
    *("engage_date", "close_date", "contact_email", "contact_name"),
)
# key, company, stage, product, value (None: twice the list price; 0: unknown), engaged days ago
_DEALS: tuple[tuple[str, int, str, int, int | None, float], ...] = (
    ("D-01", PRICE, "Proposal", 2, 84_000, 41),
    ("D-02", DEMO, "Qualification", 1, 0, 1),
    ("D-03", SILENT, "Negotiation", 2, None, 44),
    ("D-04", FORWARD, "Qualification", 1, 26_000, 43),
    ("D-05", RENEWAL, "Won", 2, 96_000, 340),
    ("D-06", GRAIN, "Lost", 0, None, 120),
    ("D-07", MEDIA, "Won", 0, None, 200),
    ("D-08", RAIL, "Lost", 1, None, 90),
    ("D-09", PROPOSAL, "Won", 1, None, 150),
)
_MOVES_ON = {"D-01": "Negotiation", "D-04": "Proposal"}
_SUBJECTS = ("The next step", "Our call", "Two ideas", "The plan", "Your question")
_ORDINARY = (
    *("Invoice 2031", "Out of office next week", "Lunch on Friday?", "Your ticket was updated"),
    *("New features in November", "Minutes of the meeting", "Happy birthday", "Parking"),
    *("Security training", "Survey", "Travel booking", "Welcome aboard"),
)


def _moved(deal: tuple[str, int, str, int, int | None, float]) -> tuple[Any, ...]:
    return (*deal[:2], _MOVES_ON.get(deal[0], deal[2]), *deal[3:])


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
