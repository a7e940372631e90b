"""What goes into an image: the part of the lock that its service needs, and the sources of its packages."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVICES = ("gateway", "auth", "generator", "writer", "notifier", "shop", "setup")


@pytest.fixture(scope="module")
def locked() -> ModuleType:
    spec = importlib.util.spec_from_file_location("locked", ROOT / "deploy" / "docker" / "locked.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, body in {
        "services/a": 'name = "cartload-a"\ndependencies = ["cartload-b[more]", "x>=1"]',
        "packages/b": 'name = "cartload-b"\ndependencies = ["y", "cartload-c"]\n'
        '[project.optional-dependencies]\nmore = ["z>=3"]\nother = ["w"]',
        "packages/c": 'name = "cartload-c"\ndependencies = ["Y"]',
        "packages/d": 'name = "cartload-d"\ndependencies = ["never"]',
    }.items():
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "pyproject.toml").write_text(f"[project]\n{body}\n")
    return tmp_path


def test_a_package_needs_its_own_and_what_those_need(locked: ModuleType, workspace: Path) -> None:
    needed = locked.Workspace(workspace).needed("cartload-a")
    assert {name: sorted(lines) for name, lines in needed.items()} == {
        "cartload-a": ["x>=1"],
        "cartload-b": ["y", "z>=3"],
        "cartload-c": ["Y"],
    }


def test_a_part_of_the_lock_keeps_hashes_and_markers(locked: ModuleType) -> None:
    lock = (
        "# head\naa==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
        "bb==2 ; os == 'x' \\\n    --hash=sha256:3\n"
    )
    assert locked.part(lock, {"bb"}) == "bb==2 ; os == 'x' \\\n    --hash=sha256:3\n"
    assert locked.part(lock, {"aa"}) == "aa==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
    with pytest.raises(ValueError, match="not in the lock file: cc"):
        locked.part(lock, {"aa", "cc"})


@pytest.mark.parametrize("service", SERVICES)
def test_the_lock_has_everything_that_a_service_asks_for(locked: ModuleType, service: str) -> None:
    names = {locked.split(line)[0] for line in locked.wanted(f"cartload-{service}").splitlines()}
    assert locked.part((ROOT / "requirements.lock").read_text(), names).count("--hash=sha256:") >= len(names)


def test_tools_of_development_are_in_no_image(locked: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tools = {locked.split(line)[0] for line in project["dependency-groups"]["dev"]} - {"duckdb", "pyyaml"}
    for service in SERVICES:
        names = {locked.split(line)[0] for line in locked.wanted(f"cartload-{service}").splitlines()}
        assert not names & tools, service


def test_duckdb_is_in_the_writer_at_most(locked: ModuleType) -> None:
    having = {service for service in SERVICES if "duckdb" in locked.wanted(f"cartload-{service}")}
    assert having <= {"writer"}


def test_sources_are_the_services_own_and_what_it_imports(locked: ModuleType, tmp_path: Path) -> None:
    locked.copy_sources("cartload-notifier", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cartload_contracts",
        "cartload_kit",
        "cartload_notifier",
    ]
    assert not list(tmp_path.rglob("__pycache__"))


def test_the_dockerfile_copies_the_pyproject_of_every_package(locked: ModuleType) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    for place in locked.PLACES:
        for path in ROOT.glob(f"{place}/pyproject.toml"):
            folder = path.parent.relative_to(ROOT)
            assert f"COPY {folder}/pyproject.toml {folder}/\n" in dockerfile
