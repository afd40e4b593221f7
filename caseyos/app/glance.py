"""The reads a shell prompt waits for: the list, the top move, a count, the status, and no more.

They do what the queue's own reads do (list kept, view recorded), over libpq and without an App.
`glance` answers None whenever anything is not as it expects; the caller then takes the long way,
which knows how to start, migrate and refuse. No heavy import.
"""

from __future__ import annotations

import _thread
import os
import time

from caseyos.app.last_list import LastList
from caseyos.config import snapshot
from caseyos.store.libpq import Link, WireError, plain_url
from caseyos.store.sql import named_sql

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from caseyos.app.core import App

DAY = 24 * 3600.0
LOG_LIMIT = 2_000_000  # bytes; a file near its rotation is left to the one who rotates it
COUNTED = ("pending", "due", "accepted", "unknown", "outbox")
_SQL = named_sql("glance")


class Row:
    """A move as a list shows it; `due` is in seconds of the epoch."""

    __slots__ = ("account", "aps", "code", "due", "id", "reasoning", "title", "version")

    def __init__(self, row: Sequence[str | None]) -> None:
        move_id, code, aps, title, account, due, version, reasoning = row
        self.id = move_id or ""
        self.code = code or ""
        self.aps = float(aps or 0)
        self.title = title or ""
        self.account = account
        self.due = None if due is None else float(due)
        self.version = int(version or 0)
        self.reasoning = reasoning


class Glance:
    """What was seen: `rows` ranked, `counts` by name, `mode` safe or live, engaged `stops`."""

    __slots__ = ("counts", "mode", "now", "rows", "stops", "zone")

    def __init__(self, now: float, zone: str) -> None:
        self.now = now
        self.zone = zone
        self.rows: list[Row] = []
        self.counts: dict[str, int] = {}
        self.mode = "safe"
        self.stops: list[str] = []


def glance(
    *,
    profile: str,
    environ: Mapping[str, str],
    limit: int = 0,
    counts: str = "",
    offered: bool = False,
    meanwhile: Callable[[], object] = bool,
) -> Glance | None:
    """Look once: `limit` ranked rows of today; `counts`: none, "moves", or "all" with mode.

    With `offered` the rows are the pending moves a shell offers, which counts as no view.
    `meanwhile` is what the caller can do while the server makes a session for us.
    """
    kept = snapshot.load(profile, environ)
    if kept is None or not _log_is_ready(kept) or not _zone_is_known(kept["zone"]):
        return None
    conninfo = kept["conninfo"] or plain_url(environ.get(kept["url_variable"], ""))
    link = _beside(lambda: _connected(conninfo, kept), meanwhile)
    if link is None:
        return None
    try:
        return _offered(link, kept) if offered else _look(link, kept, environ, limit, counts)
    except (WireError, OSError, ValueError, KeyError, IndexError):
        return None
    finally:
        link.close()


def remember(app: App, environ: Mapping[str, str]) -> None:
    """Keep what the next glance needs of a configuration that was just read and used."""
    from caseyos.app.switchboard import STOP_FILE
    from caseyos.store.schema import wanted_revision
    from caseyos.store.server import EmbeddedServer

    config = app.config
    names = {key: name for layer in config.layers for key, name in layer.names.items()}
    variable = names.get("database.url", "")
    server = None if config.settings.database.url else EmbeddedServer(config.paths.data_dir)
    opened = app.database if "database" in vars(app) else app.reader
    if opened is None:
        return
    values = {
        "conninfo": "" if variable else opened.conninfo,
        "url_variable": variable,
        "cluster": os.path.realpath(server.cluster) if server else "",
        "revision": wanted_revision(),
        "zone": config.settings.timezone,
        "telemetry": "on" if config.settings.telemetry.enabled else "",
        "actor": app.actor,
        "data": str(config.paths.data_dir),
        "state": str(config.paths.state_dir),
        "stop_file": str(config.paths.state_dir / STOP_FILE),
        "log": str(config.paths.log_file),
    }
    snapshot.keep(config, environ, values)


def _beside(work: Callable[[], Link | None], meanwhile: Callable[[], object]) -> Link | None:
    """What `work` comes to, in a thread of its own beside `meanwhile`."""
    done: list[Link | None] = []
    ended = _thread.allocate_lock()

    def run() -> None:
        try:
            done.append(work())
        finally:
            ended.release()

    ended.acquire()
    _thread.start_new_thread(run, ())
    meanwhile()
    ended.acquire()
    return done[0] if done else None


def _connected(conninfo: str, kept: Mapping[str, str]) -> Link | None:
    """A connection; our own server is started for it, where it was stopped, and polled."""
    try:
        return Link(conninfo)
    except (WireError, OSError):
        if not os.path.exists(f"{kept['cluster']}/PG_VERSION"):  # noqa: PTH110
            return None
    from pathlib import Path

    from caseyos.errors import NotReady
    from caseyos.store.server import EmbeddedServer

    try:
        return Link(EmbeddedServer(Path(kept["data"])).ensure_running())
    except (WireError, OSError, NotReady):
        return None


def _offered(link: Link, kept: Mapping[str, str]) -> Glance | None:
    seen = Glance(time.time(), "")
    if not _is_ours(link, kept):
        return None
    seen.rows = _listed(link, _SQL["offered"], {})
    return seen


def _listed(link: Link, ids: str, values: Mapping[str, object]) -> list[Row]:
    """The moves that the read `ids` finds."""
    return [Row(row) for row in link.rows(_SQL["listed"].replace("{ids}", ids), values)]


def _is_ours(link: Link, kept: Mapping[str, str]) -> bool:
    """Whether this is the cluster we mean, with the schema we know."""
    place = "place" if kept["cluster"] else "place_elsewhere"
    cluster, revision, _ = link.rows(_SQL[place])[0]
    ours = not kept["cluster"] or os.path.realpath(cluster or "") == kept["cluster"]
    return ours and revision == kept["revision"]


def _look(
    link: Link, kept: Mapping[str, str], environ: Mapping[str, str], limit: int, counts: str
) -> Glance | None:
    if not _is_ours(link, kept):
        return None
    seen = Glance(time.time(), kept["zone"])
    horizon = {"horizon": _iso(seen.now + DAY)}
    if limit:
        window = horizon | {"limit": limit}
        seen.rows = _listed(link, named_sql("moves")["due_near"], window)
        if len(seen.rows) < limit:
            seen.rows = _listed(link, named_sql("moves")["due_far"], window)
    if counts:
        found = link.rows(named_sql("overview")["counts"], horizon)[0]
        seen.counts = {name: int(one or 0) for name, one in zip(COUNTED, found, strict=False)}
    if counts == "all":
        said = [row[0] or "" for row in link.rows(_SQL["switches"])]
        seen.mode = "live" if "live" in said else "safe"
        seen.stops = [one[5:] for one in said if one.startswith("stop ")]
        if os.path.exists(kept["stop_file"]):  # noqa: PTH110
            seen.stops.append("all")
    viewed = bool(limit and kept["telemetry"] and seen.rows)
    if viewed:
        _view(link, kept["actor"], seen.rows)
    if limit:
        LastList(kept["state"], environ).save(seen.rows)
    if viewed:
        link.take()  # which the server has worked at meanwhile
        _logged(kept["log"], kept["actor"], seen)
    return seen


def _view(link: Link, actor: str, rows: Sequence[Row]) -> None:
    """Have the telemetry rows of the view written."""
    data = ",".join(f'{{"item_id":"{row.id}","data":{{"aps":{row.aps!r}}}}}' for row in rows)
    values = {"name": "recommendation_viewed", "actor": actor, "rows": f"[{data}]"}
    link.send(named_sql("events")["emit"], values)


def _logged(path: str, actor: str, seen: Glance) -> None:
    """The same events as lines of the log, in the log's own form."""
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seen.now))
    at = f"{second}.{int(seen.now % 1 * 1000):03d}"
    lines = "".join(
        f'{{"at": "{at}", "level": "info", "logger": "caseyos.events",'
        f' "message": "recommendation_viewed", "item_id": "{row.id}", "actor": "{actor}",'
        f' "aps": {row.aps!r}}}\n'
        for row in seen.rows
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(handle, lines.encode())
        finally:
            os.close(handle)
    except OSError:
        pass


def _zone_is_known(name: str) -> bool:
    """Whether the C library can tell the time of the zone; no name is the system's own."""
    return not name or os.path.exists(f"/usr/share/zoneinfo/{name}")  # noqa: PTH110


def _log_is_ready(kept: Mapping[str, str]) -> bool:
    """Whether our lines may go straight into the log: it is there, not full, the actor plain."""
    actor = kept["actor"]
    if not (actor.isascii() and actor.isprintable()) or '"' in actor or "\\" in actor:
        return False
    try:
        return os.stat(kept["log"]).st_size < LOG_LIMIT  # noqa: PTH116
    except OSError:
        return False


def _iso(moment: float) -> str:
    second = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))
    return f"{second}.{int(moment % 1 * 1_000_000):06d}+00"
