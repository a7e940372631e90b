"""Logs: bounded, tailed and followed."""

import io
from pathlib import Path

from cartload_dev import logs


def test_a_long_log_is_moved_aside_while_its_program_goes_on_writing(tmp_path: Path) -> None:
    path = tmp_path / "kafka.log"
    with path.open("ab") as program:
        program.write(b"x" * 100)
        program.flush()
        logs.trim(tmp_path, limit=50)
        program.write(b"new\n")
    assert path.read_bytes() == b"new\n"
    assert (tmp_path / "kafka.log.1").read_bytes() == b"x" * 100


def test_a_short_log_stays(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("short")
    logs.trim(tmp_path, limit=50)
    assert [path.name for path in tmp_path.iterdir()] == ["a.log"]


def test_the_tail_is_the_last_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"line {i}\n" for i in range(100)))
    assert logs.tail(path, lines=2) == "line 98\nline 99"


def test_the_tail_of_nothing_says_so(tmp_path: Path) -> None:
    assert logs.tail(tmp_path / "absent.log") == "(it wrote nothing)"


def test_following_shows_new_whole_lines_with_the_programs_name(tmp_path: Path) -> None:
    out = io.StringIO()
    follower = logs.Follower(tmp_path, out)
    path = tmp_path / "auth.log"
    path.write_text("one\ntw")
    assert follower.poll()
    with path.open("a") as file:
        file.write("o\n")
    assert follower.poll()
    assert not follower.poll()
    assert [line.split() for line in out.getvalue().splitlines()] == [["auth", "one"], ["auth", "two"]]


def test_following_survives_a_trimmed_log(tmp_path: Path) -> None:
    out = io.StringIO()
    follower = logs.Follower(tmp_path, out)
    path = tmp_path / "auth.log"
    path.write_text("a long first line\n")
    follower.poll()
    path.write_text("new\n")
    follower.poll()
    assert out.getvalue().split() == ["auth", "a", "long", "first", "line", "auth", "new"]
