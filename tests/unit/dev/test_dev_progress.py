"""Steps side by side: all run, the first failure is raised, the lines are plain."""

import io
import threading

import pytest

from cartload_dev.progress import Line, side_by_side


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_steps_run_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=10)
    out = io.StringIO()
    side_by_side({"one": together.wait, "two": together.wait}, Line(out))
    assert {line.split(":")[0].strip() for line in out.getvalue().splitlines()} == {"one", "two"}


def test_a_failure_is_raised_after_the_others_ended() -> None:
    done = []

    def fails() -> None:
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        side_by_side({"bad": fails, "good": lambda: done.append(1)}, Line(io.StringIO()))
    assert done == [1]


def test_a_terminal_is_redrawn_in_place() -> None:
    out = Terminal()
    line = Line(out)
    line.update("a long state of things")
    line.update("short")
    line.log("done")
    assert out.getvalue().count("\n") == 1
    assert out.getvalue().endswith("\rdone\n")


def test_elsewhere_there_is_a_plain_line_now_and_then() -> None:
    now = 0.0
    out = io.StringIO()
    line = Line(out, clock=lambda: now)
    for now in (1.0, 9.0, 11.0, 12.0, 22.0):
        line.update(f"at {now:.0f}")
    assert out.getvalue() == "at 11\nat 22\n"
