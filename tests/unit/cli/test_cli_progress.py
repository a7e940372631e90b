"""Progress: a bar on a terminal, plain lines elsewhere, nothing when quiet or when nothing can be shown."""

import errno
import io

import pytest

from cartload.cli.progress import show_progress


class Clock:
    """Goes on when told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Full(io.StringIO):
    """Standard error on a disk without space."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


class FullTerminal(Full):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_gets_a_bar_that_is_cleared_for_the_last_line() -> None:
    out = Terminal()
    clock = Clock()
    with show_progress(out, 100, quiet=False, clock=clock) as shown:
        clock.now += 2.0
        shown.add(50)
        shown.finish("done")
    bar, last = out.getvalue().rsplit("\x1b[2K", 1)
    assert " 50%  50 rows  25 rows/s  2.0 s left" in bar
    assert bar.endswith("\x1b[?25h\r\x1b[1A")  # The cursor is seen again, on the line of the bar.
    assert last.startswith("done in 2.0 s (")


def test_a_terminal_that_only_scrolls_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    clock = Clock()
    with show_progress(out, 100, quiet=False, clock=clock) as shown:
        clock.now += 6.0
        shown.add(50)
    assert out.getvalue() == "50%  50 rows  8 rows/s  6.0 s left\n"


def test_elsewhere_there_are_plain_lines_now_and_then() -> None:
    out = io.StringIO()
    clock = Clock()
    with show_progress(out, 1000, quiet=False, clock=clock) as shown:
        shown.add(1)
        clock.now += 6.0
        shown.add(4)
        shown.add(600)
        clock.now += 6.0
        shown.add(100)
        shown.print_line("a word")
    first, second, third = out.getvalue().splitlines()
    assert first.startswith("0%  5 rows  ")
    assert not first.endswith("left")
    assert second.startswith("70%  705 rows  ")
    assert second.endswith(" s left")
    assert third == "a word"


def test_more_rows_than_expected_are_not_above_all() -> None:
    out = io.StringIO()
    clock = Clock()
    with show_progress(out, 10, quiet=False, clock=clock) as shown:
        clock.now += 6.0
        shown.add(11)
    assert out.getvalue().startswith("100%  11 rows")


def test_quiet_is_quiet() -> None:
    out = Terminal()
    clock = Clock()
    with show_progress(out, 10, quiet=True, clock=clock) as shown:
        clock.now += 6.0
        shown.add(5)
        shown.print_line("a word")
        shown.finish("done")
    assert out.getvalue() == ""


@pytest.mark.parametrize("out", [Full(), FullTerminal()], ids=["file", "terminal"])
def test_what_cannot_be_shown_is_left_out(out: io.StringIO) -> None:
    clock = Clock()
    with show_progress(out, 10, quiet=False, clock=clock) as shown:
        clock.now += 6.0
        shown.add(5)
        shown.print_line("a word")
        shown.finish("done")
