"""How far a command is: a bar on a terminal, a plain line now and then elsewhere; always on standard error.

What cannot be shown, since standard error is closed or full, is left out: the rows are made all the same.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

type Clock = Callable[[], float]

_BAR_SECONDS: Final = 0.1
_LINE_SECONDS: Final = 5.0
_LEAST_SHARE: Final = 0.02
"""No guess about the time left before this share is done."""


class Progress:
    """Counts rows, or what ``unit`` says, and shows them; ``clock`` answers seconds that only go forward."""

    def __init__(self, out: TextIO, expected: int, *, quiet: bool, clock: Clock, unit: str = "rows") -> None:
        self._clock = clock
        self._unit = unit
        self._out = out
        self._expected = max(expected, 1)
        self._quiet = quiet
        self._began = self._drawn = clock()
        self._rows = 0
        self._bar = _bar(out, self._expected) if _is_terminal(out) and not quiet else None

    def add(self, rows: int) -> None:
        """Count rows that are done, and show the progress if the last time is long enough ago."""
        self._rows += rows
        now = self._clock()
        if self._quiet or now - self._drawn < (_BAR_SECONDS if self._bar else _LINE_SECONDS):
            return
        self._drawn = now
        text = self._text(now - self._began)
        if self._bar is None:
            self._print(text.strip())
            return
        with suppress(OSError, ValueError):
            # Not before there are rows to show: a command that fails at once draws no bar. A second start
            # does nothing.
            self._bar.start()
            self._bar.update(self._bar.task_ids[0], completed=min(self._rows, self._expected), text=text)
            self._bar.refresh()

    def print_line(self, line: str) -> None:
        """Print a line; the bar comes back below it with the next rows."""
        self.close()
        if not self._quiet:
            self._print(line)

    def finish(self, line: str) -> None:
        """Print the last line, with time and rate."""
        seconds = self._clock() - self._began
        self.print_line(f"{line} in {_time(seconds)} ({self._rows / max(seconds, 1e-9):,.0f} {self._unit}/s)")

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._bar is not None:
            with suppress(OSError, ValueError):
                self._bar.stop()

    def _print(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._out.write(f"{line}\n")
            self._out.flush()

    def _text(self, seconds: float) -> str:
        share = min(self._rows / self._expected, 1.0)
        rate = self._rows / max(seconds, 1e-9)
        left = max(self._expected - self._rows, 0) / max(rate, 1e-9)
        text = f"{share:4.0%}  {self._rows:,} {self._unit}  {rate:,.0f} {self._unit}/s"
        return f"{text}  {_time(left)} left" if share >= _LEAST_SHARE else text


def _is_terminal(out: TextIO) -> bool:
    """Whether a line there can be drawn again; a dumb terminal only scrolls."""
    return out.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _bar(out: TextIO, expected: int) -> "Bar":
    """A bar that is drawn when it is told to, by no thread of its own, and leaves nothing behind.

    rich is imported here, since it takes a tenth of a second and only a terminal needs it.
    """
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        BarColumn(bar_width=28),
        TextColumn("{task.fields[text]}", markup=False),
        console=Console(file=out, highlight=False),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.add_task("", total=expected, text="")
    return bar


@contextmanager
def show_progress(
    out: TextIO, expected: int, *, quiet: bool, clock: Clock = time.monotonic, unit: str = "rows"
) -> Iterator[Progress]:
    """Show the progress of about so many rows, or of what ``unit`` says."""
    progress = Progress(out, expected, quiet=quiet, clock=clock, unit=unit)
    try:
        yield progress
    finally:
        progress.close()


def _time(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {whole % 60} s"
