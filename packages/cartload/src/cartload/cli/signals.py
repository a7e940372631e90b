"""Signals that end a command, as an exception: what was begun is cleaned up while it passes."""

import signal
import sys
from types import FrameType
from typing import Any, Final

_ENDING: Final = (signal.SIGINT, signal.SIGTERM)
# Short enough that nobody waits for it, long enough that cleaning up is hardly disturbed.
_REMINDER_SECONDS: Final = 0.1

_received: int | None = None


class Interrupted(BaseException):
    """A signal asked the command to end; no ``except Exception`` may take it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number
        self.code = 128 + number


def install() -> None:
    """From now on the first signal that ends programs raises Interrupted; later ones are not heard."""
    sys.unraisablehook = _unraisable
    # Installed before the signals that end the command: they set the timer, and a SIGALRM without a handler
    # kills the process.
    signal.signal(signal.SIGALRM, _remind)
    for ending in _ENDING:
        signal.signal(ending, _stop)


def ignore() -> None:
    """No signal ends the process from now on: how it ends is settled."""
    # The timer is stopped first: a reminder after this would be an exception where nobody expects one any
    # more.
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (*_ENDING, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def received() -> int | None:
    """The signal that has asked the command to end; None while there is none."""
    return _received


def _stop(number: int, _: FrameType | None) -> None:
    global _received
    # Only the first one: who presses Ctrl-C twice would otherwise interrupt the cleaning up, and leave
    # files behind.
    if _received is None:
        _received = number
        signal.setitimer(signal.ITIMER_REAL, _REMINDER_SECONDS, _REMINDER_SECONDS)
        raise Interrupted(number)


def _remind(_number: int, _: FrameType | None) -> None:
    """Raise Interrupted again when it was lost, and let it be while something is cleaned up.

    A signal's exception is raised wherever Python is just then, also where C code drops all errors: in
    destructors, and in the compiler, which runs at every import without a cached file. While an exception
    passes, the blocks that clean up are handling one; where none is handled, it was lost.
    """
    if _received is not None and sys.exception() is None:
        raise Interrupted(_received)


def _unraisable(lost: Any) -> None:
    """Say nothing of an Interrupted that a destructor dropped: it is raised again."""
    if not isinstance(lost.exc_value, Interrupted):
        sys.__unraisablehook__(lost)
