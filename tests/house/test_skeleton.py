"""Every room is laid out the same way. Which names stand in a room, and which knows which, `lint-imports` holds (pyproject.toml);
this holds what it can't say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import facility
from facility import rooms
from facility.settings import ROOT

HOUSE = Path(facility.__path__[0])
SOURCES = sorted(HOUSE.rglob("*.py"))
PACKAGES = [name for name in rooms.names() if len(list((HOUSE / name).rglob("*.py"))) > 1]
"""Rooms and engines; a folder of files has no modules."""
TESTS = sorted(path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py"))
LONGEST = 400
LISTS = {"facility/audience.py", "tests/planted/faults.py"}
"""As long as what they list."""


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """Modules of the house and what is taken from them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("facility"):
            yield from ((node.module or "", alias.name) for alias in node.names)


def test_no_room_takes_anything_from_the_pages_of_another() -> None:
    foreign = [
        f"{path.relative_to(HOUSE)}: {module}.{name}"
        for path in SOURCES
        for module, name in _imports(path)
        if "pages" in f"{module}.{name}".split(".")
        and module.split(".")[1] != path.relative_to(HOUSE).parts[0]
    ]
    assert foreign == [], (
        "what two rooms' pages share belongs to an engine, to `web/`, or to the room's `forms` and `access`"
    )


def _calls(path: Path) -> set[str]:
    """The functions that a module calls where it is imported."""
    calls = (node.value for node in ast.parse(path.read_text()).body if isinstance(node, ast.Expr))
    return {call.func.id for call in calls if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}


PAGES = [path for path in SOURCES if "pages" in path.relative_to(HOUSE).parts]
REGISTERS = {
    "nav",
    "home",
    "waits",
    "finds",
    "stage",
    "tab",
    "step",
    "level",
    "exception_level",
    "share",
    "deadline",
    "ends_with_the_award",
}


def test_a_room_tells_others_in_its_registry() -> None:
    elsewhere = {
        str(path.relative_to(HOUSE)): calls
        for path in SOURCES
        if "registry" not in path.with_suffix("").parts and (calls := _calls(path) & REGISTERS)
    }
    assert elsewhere == {}, "work, search, stages, tabs and navigation stand in the room's `registry`"


def test_pages_hold_no_sql() -> None:
    held = [
        f"{path.relative_to(HOUSE)}: {node.value[:60]}"
        for path in PAGES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"\b(SELECT|UPDATE|INSERT INTO|DELETE FROM)\b", node.value)
    ]
    assert held == [], "what pages show is read in `queries`"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_folder_holds_no_copies_of_the_names_of_its_modules(package: str) -> None:
    packages = sorted((HOUSE / package).rglob("__init__.py"))
    assert packages
    own_code = [
        str(path.relative_to(HOUSE)) for path in packages if len(ast.parse(path.read_text()).body) != 1
    ]
    assert own_code == [], "__init__.py holds a docstring: import a name from where it is defined"


def test_modules_are_short_enough_to_be_read() -> None:
    long = {
        name: lines
        for path in [*SOURCES, *TESTS]
        if (lines := len(path.read_text().splitlines())) > LONGEST
        and (name := str(path.relative_to(ROOT))) not in LISTS
    }
    assert long == {}


EMPTY = {"one", "told", "found", "said"}


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name


def test_names_say_what_they_hold() -> None:
    empty = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in [*SOURCES, *TESTS]
        for name in _names(ast.parse(path.read_text()))
        if name in EMPTY
    ]
    assert empty == [], "name it after the thing: party, reasons, sentence"
