"""One place opens, commits and takes back: whoever does it elsewhere forgets what is kept beside the rows."""

import ast
from pathlib import Path

import facility

ENDS = {"commit", "rollback", "begin_nested"}


def test_only_the_database_module_commits_and_rolls_back() -> None:
    elsewhere = [
        f"{path}:{node.lineno}"
        for path in Path(facility.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ENDS and path.name != "db.py"
    ]
    assert elsewhere == []


def test_pages_leave_refusals_to_the_wrapper() -> None:
    """`web/again.py:redrawn` takes back what a refused command had begun, before the page is drawn again. `undo` of Tx is meant, not
    a command of that name."""
    house = Path(facility.__path__[0])
    own = [
        f"{path.relative_to(house)}: {ast.unparse(node).splitlines()[0]}"
        for path in sorted(house.glob("*/pages/**/*.py")) + sorted(house.glob("*/pages.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler | ast.Call) and (_catches_refusals(node) or _undoes(node))
    ]
    assert own == [], "write `async with redrawn(tx, fields, again): await command(…)`"


def _catches_refusals(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler) or node.type is None:
        return False
    return "Refused" in {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}


def _undoes(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr == "undo" and ast.unparse(called.value) == "tx"
