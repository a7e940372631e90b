"""Chromium: the one named, the one on PATH, or the line that installs it."""

from pathlib import Path

from cartload_dev import chromium


def program(path: Path) -> str:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_one_on_path_is_found(tmp_path: Path) -> None:
    expected = program(tmp_path / "chromium")
    assert chromium.find({"PATH": str(tmp_path)}) == expected


def test_the_one_named_comes_first(tmp_path: Path) -> None:
    program(tmp_path / "chromium")
    named = program(tmp_path / "my-chrome")
    assert chromium.find({"PATH": str(tmp_path), "CARTLOAD_CHROMIUM": named}) == named


def test_one_named_that_is_not_there_is_not_replaced(tmp_path: Path) -> None:
    program(tmp_path / "chromium")
    environ = {"PATH": str(tmp_path), "CARTLOAD_CHROMIUM": str(tmp_path / "gone")}
    assert chromium.find(environ) is None


def test_none_is_none(tmp_path: Path) -> None:
    assert chromium.find({"PATH": str(tmp_path)}) is None
