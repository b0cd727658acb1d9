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
