"""Generated files: out of date is found, and the tree is left as it was."""

import sys
from pathlib import Path

import pytest

from cartload_dev.errors import LauncherError
from cartload_dev.generated import Generator, generate, outdated


def generator(script: str) -> tuple[Generator, ...]:
    return (Generator("things", (sys.executable, "-c", script), ("out",)),)


WRITES = generator(
    "from pathlib import Path; Path('out').mkdir(exist_ok=True); Path('out/a').write_text('1')"
)


def test_up_to_date_is_nothing_to_report(tmp_path: Path) -> None:
    generate(tmp_path, {}, WRITES)
    assert outdated(tmp_path, {}, WRITES) == []


def test_a_changed_file_is_named_and_put_back(tmp_path: Path) -> None:
    generate(tmp_path, {}, WRITES)
    (tmp_path / "out" / "a").write_text("old")
    assert outdated(tmp_path, {}, WRITES) == ["out/a"]
    assert (tmp_path / "out" / "a").read_text() == "old"


def test_a_missing_file_is_named_and_not_made(tmp_path: Path) -> None:
    assert outdated(tmp_path, {}, WRITES) == ["out/a"]
    assert not (tmp_path / "out" / "a").exists()


def test_a_generator_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match="generating things failed with code 1:\nno database"):
        generate(tmp_path, {}, generator("import sys; sys.exit('no database')"))


def test_a_file_that_is_no_longer_made_is_named_and_put_back(tmp_path: Path) -> None:
    (tmp_path / "out" / "inner").mkdir(parents=True)
    (tmp_path / "out" / "inner" / "old").write_text("old")
    cleans = generator("import shutil; shutil.rmtree('out')")
    assert outdated(tmp_path, {}, cleans) == ["out/inner/old"]
    assert (tmp_path / "out" / "inner" / "old").read_text() == "old"


def test_a_generator_that_fails_halfway_leaves_the_tree_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("old")
    fails = generator(
        "from pathlib import Path; Path('out/a').write_text('x'); Path('out/b').touch(); raise SystemExit(1)"
    )
    with pytest.raises(LauncherError):
        outdated(tmp_path, {}, fails)
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {"a": "old"}
