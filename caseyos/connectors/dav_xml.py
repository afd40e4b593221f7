"""WebDAV's XML: the questions as bytes, the answers as records (RFC 4918, 4791, 6578).

By the standard library's parser, with no document type accepted: an entity could grow without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, SubElement, TreeBuilder, tostring
from xml.parsers import expat

from caseyos.connectors.meeting import utc
from caseyos.errors import TryLater

DAV = "{DAV:}"
CAL = "{urn:ietf:params:xml:ns:caldav}"
MAX_DEPTH = 64
MAX_XML = 32 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One resource of an answer: its path, decoded; a status where it has one; its properties."""

    path: str
    status: int | None
    found: dict[str, Element] = field(default_factory=dict)  # by Clark name, only those with 200

    def text(self, name: str) -> str | None:
        """The text of a property; None where it is missing or empty."""
        element = self.found.get(name)
        return (element.text or "").strip() or None if element is not None else None

    def paths(self, name: str) -> tuple[str, ...]:
        """The hrefs inside a property."""
        element = self.found.get(name)
        if element is None:
            return ()
        return tuple((one.text or "").strip() for one in element.iter(f"{DAV}href"))

    def kinds(self) -> frozenset[str]:
        """The Clark names inside resourcetype."""
        element = self.found.get(f"{DAV}resourcetype")
        return frozenset(one.tag for one in element) if element is not None else frozenset()


@dataclass(frozen=True, slots=True)
class MultiStatus:
    """A 207 answer; `token` is a sync-collection's new one, `truncated` says there is more."""

    items: tuple[Item, ...]
    token: str | None = None
    truncated: bool = False


class BadXml(TryLater):
    """An answer that is no XML we take."""


def parse(body: bytes) -> MultiStatus:
    """Read a multistatus; BadXml for anything that is none."""
    root = tree(body)
    if root.tag != f"{DAV}multistatus":
        raise BadXml("The calendar server's answer is no multistatus.")
    items: list[Item] = []
    truncated = False
    for response in root.findall(f"{DAV}response"):
        status = _status(response.findtext(f"{DAV}status"))
        for href in response.findall(f"{DAV}href"):
            truncated = truncated or status == 507
            items.append(Item(path_of(href.text or ""), status, _found(response)))
    token = (root.findtext(f"{DAV}sync-token") or "").strip()
    return MultiStatus(tuple(items), token or None, truncated)


def tree(body: bytes) -> Element:
    """The root element of a document without a DTD, of bounded size and depth."""
    if len(body) > MAX_XML:
        raise BadXml("The calendar server's answer is too large.")
    parser = expat.ParserCreate(namespace_separator="}")
    builder = TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise BadXml("The calendar server's answer nests too deep.")
        builder.start(_clark(name), {_clark(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_clark(name))

    def no_dtd(*_: Any) -> None:
        raise BadXml("The calendar server's answer declares a document type, which is not taken.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = no_dtd
    parser.EntityDeclHandler = no_dtd
    try:
        parser.Parse(body, True)
        return builder.close()
    except expat.ExpatError as error:
        raise BadXml(f"The calendar server's answer is no XML: {error}.") from error
    except (AssertionError, ValueError) as error:
        raise BadXml("The calendar server's answer is no XML.") from error


def propfind(names: Iterable[str]) -> bytes:
    """Ask for properties, by Clark name."""
    root = Element(f"{DAV}propfind")
    _ask(root, names)
    return _bytes(root)


def changes_since(token: str) -> bytes:
    """A sync-collection report; an empty token asks for everything (RFC 6578, 3.2)."""
    root = Element(f"{DAV}sync-collection")
    SubElement(root, f"{DAV}sync-token").text = token
    SubElement(root, f"{DAV}sync-level").text = "1"
    _ask(root, [f"{DAV}getetag"])
    return _bytes(root)


def between(start: datetime, end: datetime) -> bytes:
    """A calendar-query for the etags of events that touch a time range (RFC 4791, 7.8)."""
    root = Element(f"{CAL}calendar-query")
    _ask(root, [f"{DAV}getetag"])
    calendar = SubElement(
        SubElement(root, f"{CAL}filter"), f"{CAL}comp-filter", {"name": "VCALENDAR"}
    )
    event = SubElement(calendar, f"{CAL}comp-filter", {"name": "VEVENT"})
    SubElement(event, f"{CAL}time-range", {"start": utc(start), "end": utc(end)})
    return _bytes(root)


def by_uid(uid: str) -> bytes:
    """A calendar-query for the event of one UID, with its data."""
    root = Element(f"{CAL}calendar-query")
    _ask(root, [f"{DAV}getetag", f"{CAL}calendar-data"])
    calendar = SubElement(
        SubElement(root, f"{CAL}filter"), f"{CAL}comp-filter", {"name": "VCALENDAR"}
    )
    event = SubElement(calendar, f"{CAL}comp-filter", {"name": "VEVENT"})
    prop = SubElement(event, f"{CAL}prop-filter", {"name": "UID"})
    SubElement(prop, f"{CAL}text-match", {"collation": "i;octet"}).text = uid
    return _bytes(root)


def fetch(hrefs: Sequence[str]) -> bytes:
    """A calendar-multiget for these paths, as the server wrote them."""
    root = Element(f"{CAL}calendar-multiget")
    _ask(root, [f"{DAV}getetag", f"{CAL}calendar-data"])
    for href in hrefs:
        SubElement(root, f"{DAV}href").text = href
    return _bytes(root)


def busy_between(start: datetime, end: datetime) -> bytes:
    """A free-busy-query (RFC 4791, 7.10); it is answered with a VFREEBUSY."""
    root = Element(f"{CAL}free-busy-query")
    SubElement(root, f"{CAL}time-range", {"start": utc(start), "end": utc(end)})
    return _bytes(root)


def path_of(href: str) -> str:
    """The path of an href, percent-codes decoded, so that two spellings of one are equal."""
    return unquote(urlsplit(href.strip()).path)


def _found(response: Element) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for group in response.findall(f"{DAV}propstat"):
        if _status(group.findtext(f"{DAV}status")) in (200, None):
            for prop in group.findall(f"{DAV}prop"):
                found.update({one.tag: one for one in prop})
    return found


def _status(line: str | None) -> int | None:
    parts = (line or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else None


def _ask(root: Element, names: Iterable[str]) -> None:
    prop = SubElement(root, f"{DAV}prop")
    for name in names:
        SubElement(prop, name)


def _bytes(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _clark(name: str) -> str:
    return f"{{{name}" if "}" in name else name
