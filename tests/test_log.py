"""The log: one JSON object a line, private, rotated, and never a secret in it."""

import contextlib
import json
import logging
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseyos import log
from tests.domain.hostile import HOSTILE


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    logger = logging.getLogger("caseyos")
    before = (logger.handlers[:], logger.level, logger.propagate, set(log._SECRETS))
    yield
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:], logger.level, logger.propagate = before[:3]
    log._SECRETS.clear()
    log._SECRETS.update(before[3])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "state" / "log" / "caseyos.jsonl"
    log.configure_logging(path)
    return path


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_is_an_object_with_its_fields(file: Path) -> None:
    logging.getLogger("caseyos.events").info("signal_received", extra={"item_id": 7, "aps": 87.5})
    (entry,) = lines(file)
    at = entry.pop("at")
    assert isinstance(at, str) and len(at) == len("2026-11-24T09:12:00.000")
    assert entry == {
        "level": "info",
        "logger": "caseyos.events",
        "message": "signal_received",
        "item_id": 7,
        "aps": 87.5,
    }


def test_times_are_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    record = logging.makeLogRecord({"created": 1_800_000_000.25, "msecs": 250, "msg": "x"})
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        line = log.JsonLines().format(record)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert json.loads(line)["at"] == "2027-01-15T08:00:00.250"


def test_it_is_private(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_exception_is_told(file: Path) -> None:
    try:
        raise ValueError("it broke")
    except ValueError:
        logging.getLogger("caseyos").exception("trouble")
    (entry,) = lines(file)
    assert "ValueError: it broke" in str(entry["exception"])


@pytest.mark.parametrize("text", HOSTILE, ids=range(30))
def test_hostile_text_is_escaped(file: Path, text: str) -> None:
    logger = logging.getLogger("caseyos")
    # Not pytest's own copy: workers cannot send a lone surrogate to each other.
    logger.handlers[:] = [one for one in logger.handlers if "_pytest" not in one.__module__]
    logger.warning("told: %s", text)
    raw = file.read_text()
    assert raw.isascii()
    assert raw.count("\n") == 1
    assert raw.rstrip("\n").isprintable()


SECRET = 'p"a\\ss wörd/π'


@pytest.mark.parametrize(
    "say",
    [
        lambda log: log.info("the password is %s", SECRET),
        lambda log: log.info("a dsn: %s", f"postgresql://me:{SECRET}@host/db"),
        lambda log: log.info("in a field", extra={"sent": SECRET, "headers": {"Token": SECRET}}),
        lambda log: log.info("in a repr: %r", {"password": SECRET}),
        lambda log: log.info("an object", extra={"held": Path(SECRET)}),
        lambda log: log.info("a key", extra={"h": {SECRET: 1}}),
        lambda log: log.error("raised", exc_info=(ValueError, ValueError(SECRET), None)),
    ],
)
def test_a_loaded_secret_is_never_written(file: Path, say: object) -> None:
    log.redact(SECRET)
    say(logging.getLogger("caseyos"))  # type: ignore[operator]
    raw = file.read_text()
    assert "[secret]" in raw
    for part in ("wörd", "w\\u00f6rd", "ss w"):
        assert part not in raw
    lines(file)


def test_each_line_of_a_key_is_a_secret(file: Path) -> None:
    log.redact("BEGIN-KEY\nabcdef0123456789\nEND-KEY")
    logging.getLogger("caseyos").info("only %s", "abcdef0123456789")
    assert "abcdef" not in file.read_text()


def test_a_secret_within_another_hides_both(file: Path) -> None:
    log.redact("hunter2")
    log.redact("hunter2-and-more")
    logging.getLogger("caseyos").info("hunter2-and-more")
    assert lines(file)[0]["message"] == "[secret]"


def test_what_is_too_short_to_hide_leaves_the_log_readable(file: Path) -> None:
    log.redact("in")
    logging.getLogger("caseyos").info("nothing in it")
    assert lines(file)[0]["message"] == "nothing in it"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=st.text(min_size=12, max_size=40), around=st.text(max_size=10))
def test_no_secret_survives_formatting(secret: str, around: str) -> None:
    log.redact(secret)
    record = logging.LogRecord("caseyos", 20, "", 0, "%s", (f"{around}{secret}{around}",), None)
    message = json.loads(log.JsonLines().format(record))["message"]
    assert "[secret]" in message
    assert secret not in message or secret in around * 2 + "[secret]" * 6


def test_it_rotates(file: Path) -> None:
    logger = logging.getLogger("caseyos")
    for _ in range(5):
        logger.info("x" * 1_000_000)
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "caseyos.jsonl",
        "caseyos.jsonl.1",
        "caseyos.jsonl.2",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}


@pytest.mark.parametrize("count", [1, log.MANY, 3 * log.LINES_AT_ONCE + 1])
def test_records_of_one_moment_are_lines_like_others(file: Path, count: int) -> None:
    log.redact(SECRET)
    logger = logging.getLogger("caseyos.events")
    log.told(logger, [("signal_processed", {"item_id": n, "who": SECRET}) for n in range(count)])
    logger.info("signal_processed", extra={"item_id": count, "who": SECRET})
    written = lines(file)
    assert [line["item_id"] for line in written] == list(range(count + 1))
    for line in written:
        assert list(line) == list(written[-1])
        assert (line["level"], line["logger"]) == ("info", "caseyos.events")
        assert (line["message"], line["who"]) == ("signal_processed", "[secret]")
        assert len(str(line["at"])) == len("2026-11-24T09:12:00.000")


def test_a_long_run_of_lines_rotates_too(file: Path) -> None:
    log.told(logging.getLogger("caseyos.events"), [("x" * 1_000, {"n": n}) for n in range(3_000)])
    kept = list(file.parent.iterdir())
    assert len(kept) == 2
    assert all(path.stat().st_size <= 2 * 1024 * 1024 for path in kept)
    assert sum(len(lines(path)) for path in kept) == 3_000


def test_whoever_else_listens_gets_a_record_each(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("caseyos").addHandler(caplog.handler)
    log.told(logging.getLogger("caseyos.events"), [("one", {"n": n}) for n in range(log.MANY)])
    assert len(caplog.records) == log.MANY == len(lines(file))


def test_a_quiet_logger_is_told_nothing(file: Path) -> None:
    logger = logging.getLogger("caseyos.events")
    logger.setLevel("WARNING")
    try:
        log.told(logger, [("unheard", {})] * log.MANY)
    finally:
        logger.setLevel(logging.NOTSET)
    assert file.read_text() == ""


def test_a_folder_that_cannot_be_written_is_survived(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    log.configure_logging(blocked / "log" / "caseyos.jsonl")
    logging.getLogger("caseyos").error("nobody hears this")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_survived(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure_logging(tmp_path / "caseyos.jsonl")
    (handler,) = logging.getLogger("caseyos").handlers
    assert isinstance(handler, logging.FileHandler)
    handler.stream.close()
    handler.stream = Path("/dev/full").open("a", buffering=1)  # noqa: SIM115
    logging.getLogger("caseyos").error("no room")
    with contextlib.suppress(OSError):
        handler.stream.close()
    handler.stream = None  # type: ignore[assignment]
    assert capsys.readouterr().err == ""


def test_records_go_nowhere_else(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("caseyos").error("only in the file")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "")
    assert sys.stderr is not None
