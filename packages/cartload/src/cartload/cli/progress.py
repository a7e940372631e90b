"""How far a command is: a bar on a terminal, a plain line now and then elsewhere; always on stderr."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

type Clock = Callable[[], float]

_BAR: Final = 28
_BAR_SECONDS: Final = 0.1
_LINE_SECONDS: Final = 5.0
_LEAST_TOLD: Final = 0.02
"""No guess about the time left before this share is done."""


class Progress:
    """Counts rows and shows them; ``clock`` answers seconds that only go forward."""

    def __init__(self, out: TextIO, expected: int, *, quiet: bool, clock: Clock) -> None:
        self._clock = clock
        self._out = out
        self._expected = max(expected, 1)
        self._quiet = quiet
        self._terminal = out.isatty()
        self._began = self._shown = clock()
        self._rows = 0
        self._open = False

    def add(self, rows: int) -> None:
        """So many rows more are done."""
        self._rows += rows
        now = self._clock()
        if self._quiet or now - self._shown < (_BAR_SECONDS if self._terminal else _LINE_SECONDS):
            return
        self._shown = now
        self._show(now - self._began)

    def say(self, line: str) -> None:
        """A line for the user, above the bar."""
        self._clear()
        if not self._quiet:
            self._out.write(f"{line}\n")

    def end(self, line: str) -> None:
        """The last line, with time and rate."""
        seconds = self._clock() - self._began
        self.say(f"{line} in {_time(seconds)} ({self._rows / max(seconds, 1e-9):,.0f} rows/s)")

    def _show(self, seconds: float) -> None:
        share = min(self._rows / self._expected, 1.0)
        rate = self._rows / max(seconds, 1e-9)
        left = max(self._expected - self._rows, 0) / max(rate, 1e-9)
        text = f"{share:4.0%}  {self._rows:,} rows  {rate:,.0f} rows/s"
        if share >= _LEAST_TOLD:
            text += f"  {_time(left)} left"
        if not self._terminal:
            self._out.write(f"{text.strip()}\n")
            return
        full = round(share * _BAR)
        self._out.write(f"\r\x1b[2K[{'#' * full}{'.' * (_BAR - full)}] {text}")
        self._out.flush()
        self._open = True

    def _clear(self) -> None:
        if self._open:
            self._out.write("\r\x1b[2K")
            self._open = False

    def close(self) -> None:
        """Leave the terminal's line clean."""
        self._clear()


@contextmanager
def progress(out: TextIO, expected: int, *, quiet: bool, clock: Clock = time.monotonic) -> Iterator[Progress]:
    """A progress over so many rows, about."""
    shown = Progress(out, expected, quiet=quiet, clock=clock)
    try:
        yield shown
    finally:
        shown.close()


def _time(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {whole % 60} s"
