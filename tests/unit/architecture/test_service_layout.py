"""Every service is laid out alike, and no module is too small to be worth opening."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVICES = [ROOT / "gateway", *sorted(path.parent for path in ROOT.glob("services/*/pyproject.toml"))]

MODULES = {"__init__", "__main__", "settings", "bootstrap", "app", "errors", "metrics"}
FOLDERS = {"domain", "api", "consumers", "tasks", "repository", "adapters", "migrations"}
MORE_FOLDERS = {"gateway": {"compat"}}
"""Names that only one service has: the gateway serves the older interface of its compat endpoints."""

SQL = re.compile(r"^(?:import sqlalchemy as|from sqlalchemy import)", re.MULTILINE)
"""Imports of what builds statements; errors and types of connections are imported otherwise."""

SMALLEST_MODULE = 20
MAY_BE_SMALL = {"__init__", "__main__", "metrics", "errors", "app", "settings"}
"""Modules of a fixed role: everybody looks for them under these names, however little they say."""

SMALL_FOR_A_REASON = {
    # Alembic demands a module of this name at this place; the code that it runs is beside it in the kit.
    "packages/kit/src/cartload_kit/database/alembic_env/env.py",
    # Where the other services say what their limits are.
    "services/notifier/src/cartload_notifier/api/limits.py",
}


def package(service: Path) -> Path:
    [found] = (service / "src").glob("cartload_*")
    return found


def strays(root: Path, more_folders: set[str]) -> list[str]:
    """What lies directly in a service's package and is neither a module nor a folder of the layout."""
    modules = {path.name for path in root.glob("*.py") if path.stem not in MODULES}
    folders = {
        path.name
        for path in root.iterdir()
        if path.is_dir() and path.name != "__pycache__" and path.name not in FOLDERS | more_folders
    }
    files = {path.name for path in root.iterdir() if path.is_file() and path.suffix != ".py"}
    return sorted(modules | folders | (files - {"py.typed"}))


def too_small(path: Path) -> bool:
    # A migration is one change of the schema, and may be one line.
    if path.stem in MAY_BE_SMALL or path.parent.name == "versions":
        return False
    return len(path.read_text(encoding="utf-8").splitlines()) < SMALLEST_MODULE


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_service_has_only_the_modules_and_folders_of_the_layout(service: Path) -> None:
    found = strays(package(service), MORE_FOLDERS.get(service.name, set()))
    assert not found, f"{package(service).relative_to(ROOT)}: {', '.join(found)}"


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_service_has_what_starts_and_wires_it(service: Path) -> None:
    root = package(service)
    assert (root / "py.typed").is_file()
    for name in ("__main__", "settings", "bootstrap", "app"):
        assert (root / f"{name}.py").is_file(), name


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_tables_are_modelled_where_they_are_read(service: Path) -> None:
    root = package(service)
    assert {path.parent for path in root.rglob("models.py")} <= {root / "repository"}


def test_no_module_is_too_small_to_be_worth_opening() -> None:
    patterns = ("packages/*/src", "gateway/src", "services/*/src", "dev/src")
    paths = [path for pattern in patterns for top in ROOT.glob(pattern) for path in top.rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in paths if too_small(path)}
    assert found - SMALL_FOR_A_REASON == set()
    assert found >= SMALL_FOR_A_REASON, "these have grown or gone: take them off the list"


def test_the_rules_see_strays(tmp_path: Path) -> None:
    for name in ("app.py", "helpers.py", "py.typed", "notes.txt"):
        (tmp_path / name).write_text("")
    for name in ("api", "utils", "compat", "__pycache__"):
        (tmp_path / name).mkdir()
    assert strays(tmp_path, set()) == ["compat", "helpers.py", "notes.txt", "utils"]
    assert strays(tmp_path, {"compat"}) == ["helpers.py", "notes.txt", "utils"]
    assert too_small(tmp_path / "helpers.py")
    assert not too_small(tmp_path / "app.py")


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_tasks_and_consumers_leave_sql_to_the_repository(service: Path) -> None:
    modules = [
        path for folder in ("tasks", "consumers") for path in (package(service) / folder).rglob("*.py")
    ]
    with_sql = [path for path in modules if SQL.search(path.read_text(encoding="utf-8"))]
    assert with_sql == []
