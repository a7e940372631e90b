"""Several slow steps side by side, with one line that says how far they are."""

import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TextIO

REDRAW_SECONDS = 0.5
PLAIN_SECONDS = 10.0


class Line:
    """A progress line: redrawn in place on a terminal, now and then a plain line elsewhere."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out or sys.stdout
        self._clock = clock
        self._live = self._out.isatty()
        self._width = 0
        """Of what is shown now: a shorter text has to cover it with spaces."""
        self._printed = clock()

    def update(self, text: str) -> None:
        """Show the text as the current state of things."""
        if self._live:
            self._out.write("\r" + text.ljust(self._width))
            self._width = len(text)
        elif self._clock() - self._printed >= PLAIN_SECONDS:
            self._printed = self._clock()
            self._out.write(text + "\n")
        self._out.flush()

    def log(self, text: str) -> None:
        """Print a line that stays."""
        if self._live and self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._width = 0
        self._out.write(text + "\n")
        self._out.flush()


def side_by_side(steps: Mapping[str, Callable[[], object]], line: Line) -> None:
    """Run all steps at once, each in a thread, saying when each one is done.

    Raises the first failure, after the others have ended.
    """
    begun = time.monotonic()
    with ThreadPoolExecutor(max_workers=max(1, len(steps)), thread_name_prefix="step") as pool:
        pending: dict[Future[object], str] = {pool.submit(step): name for name, step in steps.items()}
        futures = list(pending)
        while pending:
            done, _ = wait(pending, timeout=REDRAW_SECONDS, return_when="FIRST_COMPLETED")
            seconds = time.monotonic() - begun
            for future in done:
                name = pending.pop(future)
                if future.exception() is None:
                    line.log(f"  {name}: done ({seconds:.0f} s)")
            if pending:
                line.update(f"  still at it: {', '.join(pending.values())} ({seconds:.0f} s)")
    for future in futures:
        future.result()
