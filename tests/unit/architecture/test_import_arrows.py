"""Who may import whom: the arrows of the architecture, read from the sources."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.syntax import parsed

ROOT = Path(__file__).resolve().parents[3]

SOURCES = {
    "cartload": ROOT / "packages/cartload",
    "cartload_contracts": ROOT / "packages/contracts",
    "cartload_kit": ROOT / "packages/kit",
    "cartload_setup": ROOT / "packages/setup",
    "cartload_gateway": ROOT / "gateway",
    "cartload_auth": ROOT / "services/auth",
    "cartload_generator": ROOT / "services/generator",
    "cartload_writer": ROOT / "services/writer",
    "cartload_notifier": ROOT / "services/notifier",
    "cartload_shop": ROOT / "services/shop",
    "cartload_dev": ROOT / "dev",
}

ARROWS: dict[str, frozenset[str]] = {
    "cartload": frozenset(),
    "cartload_contracts": frozenset(),
    "cartload_kit": frozenset(),
    "cartload_setup": frozenset(),
    "cartload_gateway": frozenset({"cartload_kit"}),
    "cartload_auth": frozenset({"cartload_kit"}),
    "cartload_generator": frozenset({"cartload", "cartload_contracts", "cartload_kit"}),
    "cartload_writer": frozenset({"cartload", "cartload_contracts", "cartload_kit"}),
    "cartload_notifier": frozenset({"cartload_contracts", "cartload_kit"}),
    "cartload_shop": frozenset({"cartload", "cartload_contracts", "cartload_kit"}),
    "cartload_dev": frozenset({"cartload_setup"}),
}


def modules(package: str) -> list[Path]:
    return sorted((SOURCES[package] / "src" / package).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The absolute names that a module imports, with their lines; imports by name in a call count too."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(module=str(name), level=0):
                yield name, node.lineno
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield name, node.lineno


def ours(package: str) -> Iterator[tuple[str, str]]:
    """The packages of this workspace that ``package`` imports, each with where."""
    for path in modules(package):
        for name, line in imported(parsed(path)):
            top = name.partition(".")[0]
            if top in SOURCES and top != package:
                yield top, f"{path.relative_to(ROOT)}:{line} imports {name}"


def declared(package: str) -> set[str]:
    """The packages of this workspace that the pyproject of ``package`` depends on."""
    project = tomllib.loads((SOURCES[package] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {name.partition("[")[0].replace("-", "_") for name in project["dependencies"]} & set(SOURCES)


def test_every_package_of_the_workspace_has_its_arrows() -> None:
    found = {
        path.parent
        for pattern in ("packages/*", "services/*", "gateway", "dev")
        for path in ROOT.glob(f"{pattern}/pyproject.toml")
    }
    assert found == set(SOURCES.values())
    assert ARROWS.keys() == SOURCES.keys()
    assert all(modules(package) for package in SOURCES)


@pytest.mark.parametrize("package", sorted(SOURCES))
def test_only_the_allowed_packages_are_imported(package: str) -> None:
    wrong = [where for top, where in ours(package) if top not in ARROWS[package]]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", sorted(SOURCES))
def test_what_is_imported_is_what_is_depended_on(package: str) -> None:
    assert {top for top, _ in ours(package)} <= declared(package) <= ARROWS[package]


def test_the_contracts_need_nothing_but_pydantic() -> None:
    allowed = set(sys.stdlib_module_names) | {"pydantic", "pydantic_core", "cartload_contracts"}
    for path in modules("cartload_contracts"):
        names = {name.partition(".")[0] for name, _ in imported(parsed(path))}
        assert names <= allowed, path


def test_the_walk_sees_every_kind_of_import() -> None:
    source = (
        "import a.b, c\nfrom d.e import f\nfrom . import g\ndef h():\n    importlib.import_module('i.j')\n"
    )
    assert [name for name, _ in imported(ast.parse(source))] == ["a.b", "c", "d.e", "i.j"]
