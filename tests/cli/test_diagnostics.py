"""Everything on stderr: one sentence, one hint, never a traceback, never a control character."""

from __future__ import annotations

import json
from pathlib import Path

from caseyos.cli import diagnostics
from caseyos.cli.flags import Flags
from caseyos.errors import Refused

HOSTILE = "\x1b]0;owned\x07\u202egnp"


def test_a_refusal_is_a_sentence_and_a_hint(capsys: object) -> None:
    code = diagnostics.report(Refused(f"No {HOSTILE}", hint=f"try {HOSTILE}"), Flags())
    told = capsys.readouterr().err  # type: ignore[attr-defined]
    assert code == 5
    assert told.startswith("refused: No ") and "\n  try " in told
    assert "\x1b" not in told and "\u202e" not in told


def test_a_hint_carries_the_profile(capsys: object) -> None:
    diagnostics.report(Refused("No.", hint="caseyos doctor"), Flags(profile="work"))
    diagnostics.report(Refused("No.", hint="caseyos mode"), Flags(profile="default"))
    told = capsys.readouterr().err  # type: ignore[attr-defined]
    assert "  caseyos -P work doctor\n" in told and "  caseyos mode\n" in told


def test_with_json_it_is_one_object(capsys: object) -> None:
    diagnostics.report(Refused("No."), Flags(output="json"))
    body = json.loads(capsys.readouterr().err)["error"]  # type: ignore[attr-defined]
    assert body == {
        "code": "refused",
        "exit": 5,
        "message": "No.",
        "hint": None,
        "doc": "troubleshooting#refused",
    }


def test_a_defect_gives_an_id_that_the_log_knows(
    capsys: object, tmp_path: Path, monkeypatch: object
) -> None:
    from caseyos.log import configure_logging

    log = tmp_path / "log" / "caseyos.jsonl"
    configure_logging(log)
    code = diagnostics.report_defect(ZeroDivisionError("the secret detail"), Flags())
    told = capsys.readouterr().err  # type: ignore[attr-defined]
    assert code == 1 and "the secret detail" not in told
    report_id = told.split("report id ")[1][:8]
    assert report_id in log.read_text()
