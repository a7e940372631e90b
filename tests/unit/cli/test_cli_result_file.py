"""Where results go: a file is replaced as a whole, anything else that has the name is written into."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from cartload.cli import main
from cartload.cli.console import CommandError
from cartload.cli.result_file import write_result


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("shop") / "shop"
    assert main(["generate", "tiny", "--out", str(folder), "--quiet"]) == 0
    return str(folder)


def read_pipe(path: Path) -> "tuple[threading.Thread, list[bytes]]":
    """A reader of a named pipe, and what it has read when it has ended."""
    found: list[bytes] = []
    thread = threading.Thread(target=lambda: found.append(path.read_bytes()))
    thread.start()
    return thread, found


@pytest.mark.parametrize("command", [["check", "--report", "json", "--report-file"], ["answers", "--out"]])
def test_a_pipe_stays_one_and_gets_all(shop: str, tmp_path: Path, command: list[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader, found = read_pipe(pipe)
    assert main([command[0], shop, *command[1:], str(pipe)]) == 0
    reader.join()
    assert json.loads(found[0])
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pipe"]


def test_a_device_stays_one(tmp_path: Path) -> None:
    device = tmp_path / "null"
    os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    write_result("a result", str(device))
    assert stat.S_ISCHR(device.lstat().st_mode)


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing yet"])
def test_a_link_stays_one(tmp_path: Path, there: bool) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    if there:
        target.write_text("a longer text than before", encoding="utf-8")
    link.symlink_to(target)
    write_result("a result", str(link))
    assert (link.is_symlink(), target.read_text(encoding="utf-8")) == (True, "a result")


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("before", encoding="utf-8")
    path.chmod(0o640)
    with path.open(encoding="utf-8") as before:
        write_result("after", str(path))
        assert before.read() == "before"
    assert (path.read_text(encoding="utf-8"), stat.S_IMODE(path.stat().st_mode)) == ("after", 0o640)


def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path) -> None:
    write_result("a result", str(tmp_path / "ours"))
    (tmp_path / "usual").touch()
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["ours", "usual"]


@pytest.mark.parametrize(("name", "said"), [("nowhere/report", "No such file"), ("folder", "Is a directory")])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(CommandError, match=f"^{tmp_path}/{name}: {said}"):
        write_result("a result", str(tmp_path / name))
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_a_hyphen_is_standard_output(
    shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["answers", shop, "--out", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["items"]
    assert main(["check", shop, "--report", "json", "--report-file", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True  # The report alone, no summary behind it.
    assert not list(tmp_path.iterdir())
