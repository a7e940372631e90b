"""Progress: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

import io

from cartload.cli.progress import progress


class Clock:
    """Goes on when told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_that_is_cleared_for_the_last_line() -> None:
    out = Terminal()
    clock = Clock()
    with progress(out, 100, quiet=False, clock=clock) as shown:
        clock.now += 2.0
        shown.add(50)
        shown.end("done")
    bar, last = out.getvalue().split("\r\x1b[2K")[1:]
    assert bar.startswith("[##############..............]  50%  50 rows  ")
    assert bar.endswith(" left")
    assert last.startswith("done in 2.0 s (")


def test_elsewhere_there_are_plain_lines_now_and_then() -> None:
    out = io.StringIO()
    clock = Clock()
    with progress(out, 1000, quiet=False, clock=clock) as shown:
        shown.add(1)
        clock.now += 6.0
        shown.add(4)
        shown.add(600)
        clock.now += 6.0
        shown.add(100)
        shown.say("a word")
    first, second, third = out.getvalue().splitlines()
    assert first.startswith("0%  5 rows  ")
    assert not first.endswith("left")
    assert second.startswith("70%  705 rows  ")
    assert second.endswith(" s left")
    assert third == "a word"


def test_more_rows_than_expected_are_not_above_all() -> None:
    out = io.StringIO()
    clock = Clock()
    with progress(out, 10, quiet=False, clock=clock) as shown:
        clock.now += 6.0
        shown.add(11)
    assert out.getvalue().startswith("100%  11 rows")


def test_quiet_is_quiet() -> None:
    out = Terminal()
    clock = Clock()
    with progress(out, 10, quiet=True, clock=clock) as shown:
        clock.now += 6.0
        shown.add(5)
        shown.say("a word")
        shown.end("done")
    assert out.getvalue() == ""
