"""Named SQL: every query has a name, a sentence and a use, and PostgreSQL can read it."""

import re
from pathlib import Path

import pytest

import caseyos
from caseyos.store.database import Database
from caseyos.store.sql import FOLDER, named_sql, statements

FILES = sorted(
    path.stem for path in Path(FOLDER).glob("*.sql") if not path.stem.startswith("schema")
)
CODE = "".join(path.read_text() for path in (Path(caseyos.__file__).parent).rglob("*.py"))


def test_there_are_queries() -> None:
    assert len(FILES) >= 6


@pytest.mark.parametrize("file", FILES)
def test_every_query_says_what_it_is_and_is_used(file: str) -> None:
    for name, text in named_sql(file).items():
        assert text.startswith("-- "), name
        assert re.search(rf"[\"']{name}[\"']", CODE), f"{file}.{name} is used by nobody"


@pytest.mark.parametrize("file", FILES)
def test_no_name_is_given_twice(file: str) -> None:
    names = re.findall(r"^-- name: (\w+)$", Path(FOLDER, f"{file}.sql").read_text(), re.MULTILINE)
    assert len(names) == len(set(names)) == len(named_sql(file))


@pytest.mark.parametrize("file", FILES)
def test_every_query_prepares(database: Database, file: str) -> None:
    """Each is parsed and planned by the server against the real schema, with unknown parameters."""
    with database.transaction() as connection:
        for text in named_sql(file).values():
            plain = text.format(where="true", order="m.id") if "{where}" in text else text
            plain = plain.replace("{ids}", "SELECT id FROM command_queue_items")
            plain = re.sub(r"%\((\w+)\)[sb]", "NULL", plain).replace("%%", "%")
            verb = re.sub(r"^--.*\n", "", plain, flags=re.MULTILINE).split()[0]
            if verb == "COPY":  # neither it nor CREATE can be explained: they are done
                with connection.cursor().copy(plain):
                    pass
            else:
                connection.execute(plain if verb == "CREATE" else f"EXPLAIN {plain}", prepare=False)


def test_a_query_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        named_sql("moves")["nothing"]
    with pytest.raises(FileNotFoundError):
        named_sql("nothing")


def test_the_schema_is_split_into_statements() -> None:
    for file in ("schema_functions", "schema_triggers"):
        parts = statements(file)
        assert len(parts) > 1
        assert all(part.rstrip().rstrip(";") and "--;" not in part for part in parts)
