"""Signals that end a command, as exceptions: what was begun is put away on their way up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from cartload.cli.errors import Interrupted

_ENDING: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping_by_signal() -> Iterator[None]:
    """Inside, the first signal of a kind that ends programs raises Interrupted; later ones are not heard."""
    before = {number: signal.signal(number, _stop) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _: FrameType | None) -> None:
    for ending in _ENDING:
        signal.signal(ending, signal.SIG_IGN)
    raise Interrupted(number)
