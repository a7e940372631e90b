"""Who listens to which user's jobs and streams."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain

from cartload_kit.published_limits import Usage
from cartload_notifier.domain.close_codes import CloseCode, Closed
from cartload_notifier.domain.send_queue import SendQueue
from cartload_notifier.domain.update import Update


class Hub:
    """The queues of the connections that are open, by user. Nothing here waits for anybody."""

    def __init__(self, *, per_user: int) -> None:
        self._per_user = per_user
        self._queues: dict[str, set[SendQueue]] = {}

    @contextmanager
    def subscribed(self, user_id: str) -> Iterator[SendQueue]:
        """A queue that gets the user's updates for the length of the block.

        Raises:
            Closed: the user has too many connections already.
        """
        mine = self._queues.setdefault(user_id, set())
        if len(mine) >= self._per_user:
            raise Closed(CloseCode.TOO_MANY, "too many connections")
        queue = SendQueue()
        mine.add(queue)
        try:
            yield queue
        finally:
            mine.discard(queue)
            if not mine:
                del self._queues[user_id]

    def publish(self, user_id: str, make: Callable[[], Update]) -> None:
        """Give an update to all connections of a user; it is not even made when there are none."""
        listening = self._queues.get(user_id)
        if listening:
            update = make()
            for queue in listening:
                queue.put(update)

    def reset(self) -> None:
        """End all connections, since updates may be missing: connecting again brings the current states."""
        missed = Closed(CloseCode.GOING_AWAY, "events may have been missed, connect again")
        for queue in list(chain.from_iterable(self._queues.values())):
            queue.give_up(missed)

    def usage(self) -> Usage:
        """How many connections the user has who has most."""
        return Usage(self._per_user, max(map(len, self._queues.values()), default=0))

    def __len__(self) -> int:
        return sum(len(queues) for queues in self._queues.values())
