"""The UI's stamps: installed and built again only when something changed."""

from pathlib import Path

import pytest

from cartload_dev.frontend import Frontend


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("1")
    (folder / "package-lock.json").write_text("{}")
    return folder


@pytest.fixture
def frontend(folder: Path) -> Frontend:
    return Frontend(folder, folder.parent / "stamps", {})


def test_a_fresh_clone_is_neither_installed_nor_built(frontend: Frontend) -> None:
    assert not frontend.is_installed()
    assert not frontend.is_built()


def test_the_hash_follows_names_and_contents(frontend: Frontend, folder: Path) -> None:
    hashes = {frontend.sources()}
    (folder / "src" / "main.ts").write_text("2")
    hashes.add(frontend.sources())
    (folder / "src" / "main.ts").rename(folder / "src" / "other.ts")
    hashes.add(frontend.sources())
    assert len(hashes) == 3


@pytest.mark.parametrize("made", ["node_modules/a/b.js", "dist/index.html", "tsconfig.app.tsbuildinfo"])
def test_what_is_made_is_no_source(frontend: Frontend, folder: Path, made: str) -> None:
    before = frontend.sources()
    (folder / made).parent.mkdir(parents=True, exist_ok=True)
    (folder / made).write_text("made")
    assert frontend.sources() == before
