"""import and signals."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.reading import data, said
from tests.conftest import Run

DEALS = """deal;kunde;phase;betrag;datum
A-1;Müller GmbH;Engaging;12.000,50;01.02.2026
A-2;;Won;9;02.02.2026
A-3;Meyer AG;Engaging;viel;03.02.2026
A-4;Meyer AG;Engaging;5;30.02.2026
;Meyer AG;Engaging;5;03.02.2026
"""


def test_options_that_cannot_be_meant_are_refused_before_anything_is_stored(
    caseyos: Run, home: dict[str, str]
) -> None:
    mail, deals = Path(home["HOME"], "mail"), Path(home["HOME"], "deals.csv")
    mail.mkdir()
    deals.write_text("opportunity_id,deal_stage\n1,Engaging\n")
    for words in (
        (str(mail), "--me", "notanaddress"),
        (str(deals), "--date-format", "banana"),
        (str(deals), "--currency", "XXYZ"),
    ):
        told = said(caseyos, "import", *words, code=2)
        assert words[1] in told and words[2] in told
    assert not Path(home["XDG_DATA_HOME"], "caseyos").exists(), "no database was even made"


def test_a_foreign_export_with_bad_rows(caseyos: Run, tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_bytes(DEALS.encode("utf-8-sig"))
    words = ("deal=external_id", "kunde=account", "phase=stage", "betrag=amount")
    arguments = [part for word in (*words, "datum=engaged_on") for part in ("--map", word)]
    report = data(caseyos, "import", str(file), *arguments, "--date-format", "%d.%m.%Y")
    assert report["rows"] == 5 and report["counts"]["deals"] + report["quarantined"] == 5
    assert report["quarantined"] >= 1
    kept = data(caseyos, "signals", "list", "--quarantine")
    assert len(kept) == report["quarantined"]
    assert all(row["reason"] and row["place"] for row in kept)
    again = data(caseyos, "import", str(file), *arguments, "--date-format", "%d.%m.%Y")
    assert again["signals"] == {}
    assert len(data(caseyos, "signals", "list", "--quarantine")) == report["quarantined"]


def test_a_configured_export_is_read_when_its_file_changes(
    caseyos: Run, home: dict[str, str], tmp_path: Path
) -> None:
    export = tmp_path / "crm.csv"
    export.write_text("id,stage,amount\nA-1,Engaging,5\n")
    config = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    config.parent.mkdir(parents=True)
    config.write_text(f'[[source]]\nkind = "csv"\nname = "crm"\npath = "{export}"\n')
    assert data(caseyos, "signals", "sync")["sources"]["csv:crm"] == 1
    assert data(caseyos, "signals", "sync")["sources"]["csv:crm"] == 0
    export.write_text("id,stage,amount\nA-1,Won,5\n")
    assert data(caseyos, "signals", "sync")["sources"]["csv:crm"] == 1
    kinds = [one["signal_type"] for one in data(caseyos, "signals", "list")]
    assert kinds == ["deal_stage_changed", "deal_created"]
    export.unlink()
    partly = caseyos("signals", "sync", "--json")
    assert partly.returncode == 8 and "1 of 3 sources failed" in partly.stderr
    assert str(export) in json.loads(partly.stdout)["data"]["failures"]["csv:crm"]
    alone = caseyos("signals", "sync", "csv:crm")
    assert alone.returncode == 2 and f"There is no file {export}." in alone.stderr


def test_what_is_no_export_is_refused_with_the_reason(caseyos: Run, tmp_path: Path) -> None:
    for name, content in (
        ("empty.csv", b""),
        ("noise.csv", b"\x00\xff\xfe" * 50),
        ("x.csv", b"a,b\n1,2\n"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        assert str(name) in said(caseyos, "import", str(file), code=2)
    assert "--me" in said(caseyos, "import", str(tmp_path), code=2)


def test_one_signal_and_its_data(demo: Run) -> None:
    signal = data(demo, "signals", "list", "--kind", "email_bounced")[0]
    found = data(demo, "signals", "show", signal["id"])
    assert found["data"]["from"] == "tom@fenwick.example"
    assert "No signals" in said(demo, "signals", "list", "--source", "nowhere")


def test_a_plain_list_names_the_id_that_show_takes(demo: Run) -> None:
    line = said(demo, "signals", "list", "--plain", "--limit", "1").rstrip("\n").split("\t")
    assert len(line) == 6 and f"{line[0]}" in said(demo, "signals", "show", line[0])
