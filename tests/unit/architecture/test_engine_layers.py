"""Which package of the engine may import which: each only those in rows below its own."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from support.syntax import parsed

ENGINE = Path(__file__).resolve().parents[3] / "packages/cartload/src/cartload"

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"cli"}),
    frozenset({"writers", "checker", "answers"}),
    frozenset({"readers"}),
    frozenset({"encoders"}),
    frozenset({"storage"}),
    frozenset({"events", "faults"}),
    frozenset({"engine"}),
    frozenset({"tables"}),
    frozenset({"catalogue", "customers", "places"}),
    frozenset({"calendar"}),
    frozenset({"spec"}),
    frozenset({"schema"}),
    frozenset({"columns"}),
    frozenset({"randomness"}),
    frozenset({"kernels", "vocabulary"}),
)
"""From the top to the bottom."""

ROOT_MODULES = {"__init__.py", "__main__.py", "_identity.py"}
"""The public names, ``python -m cartload`` and constants: the constants are for every package to import."""

DEPTH = {package: depth for depth, layer in enumerate(LAYERS) for package in layer}


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The packages of the engine that a module imports, also inside of functions, with the line."""
    for node in ast.walk(parsed(path)):
        match node:
            case ast.ImportFrom(module="cartload", level=0, names=names):
                yield from ((alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(module=str(name), level=0) if name.startswith("cartload."):
                yield name.split(".")[1], node.lineno
            case ast.Import(names=names):
                for alias in names:
                    if alias.name.startswith("cartload."):
                        yield alias.name.split(".")[1], node.lineno


def wrong_imports(package: str) -> Iterator[str]:
    for path in sorted((ENGINE / package).rglob("*.py")):
        for other, line in imported(path):
            if other not in (package, "_identity") and DEPTH.get(other, -1) <= DEPTH[package]:
                yield f"{path.relative_to(ENGINE)}:{line} imports {other}"


@pytest.mark.parametrize("package", sorted(DEPTH))
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    wrong = list(wrong_imports(package))
    assert not wrong, "\n".join(wrong)


def test_every_module_belongs_to_a_layer() -> None:
    assert {path.parent.name for path in ENGINE.glob("*/__init__.py")} == set(DEPTH)
    assert {path.name for path in ENGINE.glob("*.py")} == ROOT_MODULES


@pytest.mark.parametrize("package", sorted(DEPTH))
def test_a_package_says_in_two_sentences_what_it_holds(package: str) -> None:
    text = ast.get_docstring(parsed(ENGINE / package / "__init__.py"))
    assert text is not None
    assert [part[-1] for part in text.split("\n\n")] == [".", "."], text


def test_the_constants_import_nothing_of_the_engine() -> None:
    assert not list(imported(ENGINE / "_identity.py"))


def module_imports(path: Path) -> set[str]:
    """The engine's modules that a module imports, also inside of functions and for types only."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_module_imports_one_that_imports_it() -> None:
    # A package's __init__ gathers names of its modules, so it is not part of the graph.
    paths = [path for path in ENGINE.rglob("*.py") if path.name != "__init__.py"]
    names = {f"cartload.{'.'.join(path.relative_to(ENGINE).with_suffix('').parts)}": path for path in paths}
    graph = {name: module_imports(path) & names.keys() for name, path in names.items()}
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError, which names the modules
