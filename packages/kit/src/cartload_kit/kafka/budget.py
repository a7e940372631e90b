"""A bounded number of bytes that several tasks share."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable


class ByteBudget:
    """Gives out bytes in turn, first come first served. `changed` hears how many are taken."""

    def __init__(self, total: int, changed: Callable[[int], None] | None = None) -> None:
        self._total = total
        self._changed = changed or (lambda _: None)
        self._left = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> None:
        """Wait until `size` bytes are free and take them.

        Raises ValueError for more than there will ever be.
        """
        if size > self._total:
            raise ValueError(f"{size} bytes of {self._total}")
        # Not past those who wait: a large one would otherwise wait for ever behind many small ones.
        if not self._waiting and size <= self._left:
            self._spend(size)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (size, turn)
        self._waiting.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            self._withdraw(entry)
            raise

    def _withdraw(self, entry: tuple[int, asyncio.Future[None]]) -> None:
        size, turn = entry
        # Cancelled after its turn had come, before it could take note: the bytes are its own by now.
        if turn.done() and not turn.cancelled():
            self.give(size)
        else:
            with contextlib.suppress(ValueError):
                self._waiting.remove(entry)
            # It may have been the large one at the head that the others waited for.
            self._serve()

    def give(self, size: int) -> None:
        """Give bytes back."""
        self._spend(-size)
        self._serve()

    def _spend(self, size: int) -> None:
        self._left -= size
        self._changed(self._total - self._left)

    def _serve(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._left:
            size, turn = self._waiting.popleft()
            if turn.cancelled():
                continue
            self._spend(size)
            turn.set_result(None)
