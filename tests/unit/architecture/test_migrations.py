"""Migrations that take something away say which code can live with that."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MIGRATIONS = sorted(ROOT.glob("services/*/src/*/migrations/versions/*.py"))
TAKES_AWAY = re.compile(r"\b(drop_\w+|rename_table|alter_column)$")
TAKES_AWAY_IN_SQL = re.compile(r"\b(DROP|RENAME|MODIFY|CHANGE)\b", re.IGNORECASE)


def contracts(source: str) -> bool:
    """Whether `upgrade` drops, renames or alters what older code may use."""
    upgrade = next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    for node in ast.walk(upgrade):
        match node:
            case ast.Attribute(attr=name) if TAKES_AWAY.search(name):
                return True
            case ast.Call(func=ast.Attribute(attr="execute"), args=[ast.Constant(value=str(sql)), *_]) if (
                TAKES_AWAY_IN_SQL.search(sql)
            ):
                return True
    return False


def names_minimum(source: str) -> bool:
    return re.search(r'^minimum_version = "\d{4}"$', source, re.MULTILINE) is not None


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parents[2].name}-{path.stem}")
def test_a_migration_that_takes_something_away_names_the_oldest_code(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert names_minimum(source) or not contracts(source)


def test_the_rule_sees_what_takes_something_away() -> None:
    for line in ('op.drop_column("a", "b")', 'op.execute("ALTER TABLE a DROP COLUMN b")'):
        assert contracts(f"def upgrade():\n    {line}\n")
    assert not contracts(
        'def upgrade():\n    op.create_table("a")\ndef downgrade():\n    op.drop_table("a")\n'
    )
    assert names_minimum('revision = "0003"\nminimum_version = "0002"\n')
