"""The house as it was planned: a test file per module, no file too long, every module introduced."""

import ast
from pathlib import Path

import pytest

import caseyos

ROOT = Path(caseyos.__file__).parent
TESTS = Path(__file__).parent
LONGEST = 500  # lines; tables of data aside
TABLES_OF_DATA = {"store/tables.py"}
MODULES = sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_code(path: Path) -> bool:
    """Whether a module does anything: records, protocols, enums and tables only say what things are."""
    if path.name in ("__init__.py", "__main__.py") or "migrations" in path.parts:
        return False
    if name_of(path) in TABLES_OF_DATA:
        return False
    tree = ast.parse(path.read_text())
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_stub(node)
        for node in ast.walk(tree)
    )


def _is_stub(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A protocol's method: nothing but its sentence."""
    return all(
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
        for line in function.body
    )


@pytest.mark.parametrize("path", [one for one in MODULES if is_code(one)], ids=name_of)
def test_a_module_has_its_test_file(path: Path) -> None:
    own = path.relative_to(ROOT)
    assert (TESTS / own.parent / f"test_{own.name}").is_file()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_introduces_itself_and_is_not_too_long(path: Path) -> None:
    text = path.read_text()
    if name_of(path) not in TABLES_OF_DATA:
        assert text.count("\n") <= LONGEST
    if text.strip():
        introduction = ast.get_docstring(ast.parse(text))
        assert introduction
        assert len(introduction.splitlines()) <= 6


def test_no_room_is_called_what_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "manager", "service", "base", "common", "misc"}
    assert not {path.stem for path in MODULES} & nothing
    assert not {path.parent.name for path in MODULES} & nothing


def test_every_test_file_tests_something() -> None:
    for path in TESTS.rglob("test_*.py"):
        tree = ast.parse(path.read_text())
        names = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        assert any(name.startswith(("test_", "Test")) for name in names), path
