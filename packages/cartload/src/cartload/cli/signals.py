"""Signals that end a command, as an exception: what was begun is cleaned up while it passes."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, Final

from cartload.cli.errors import Interrupted

_ENDING: Final = (signal.SIGINT, signal.SIGTERM)
_AGAIN_SECONDS: Final = 0.05

_received: int | None = None


def install() -> None:
    """From now on the first signal that ends programs raises Interrupted; later ones are not heard."""
    sys.unraisablehook = _unraisable
    for ending in _ENDING:
        signal.signal(ending, _stop)


def ignore() -> None:
    """No signal ends the process from now on."""
    for ending in _ENDING:
        signal.signal(ending, signal.SIG_IGN)


def received() -> int | None:
    """The signal that has asked the command to end; None while there is none."""
    return _received


def _stop(number: int, _: FrameType | None) -> None:
    global _received
    _received = number
    ignore()
    raise Interrupted(number)


def _unraisable(lost: Any) -> None:
    """Send the signal again when Python dropped its exception, as it drops all that pass ``__del__``."""
    stop = lost.exc_value
    if not isinstance(stop, Interrupted):
        sys.__unraisablehook__(lost)
        return
    install()
    again = threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), stop.number))
    again.daemon = True
    again.start()
