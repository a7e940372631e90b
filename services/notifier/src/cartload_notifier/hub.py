"""Who listens to which user's jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain

from cartload_notifier.mailbox import Mailbox
from cartload_notifier.refusal import Reason, Refusal
from cartload_notifier.update import Update


class Hub:
    """The mailboxes of the connections that are open, by user. Nothing here waits for anybody."""

    def __init__(self, *, per_user: int) -> None:
        self._per_user = per_user
        self._mailboxes: dict[str, set[Mailbox]] = {}

    @contextmanager
    def subscribed(self, user_id: str) -> Iterator[Mailbox]:
        """A mailbox that gets the user's updates for the length of the block.

        Raises:
            Refusal: the user has too many connections already.
        """
        mine = self._mailboxes.setdefault(user_id, set())
        if len(mine) >= self._per_user:
            raise Refusal(Reason.TOO_MANY, "too many connections")
        mailbox = Mailbox()
        mine.add(mailbox)
        try:
            yield mailbox
        finally:
            mine.discard(mailbox)
            if not mine:
                del self._mailboxes[user_id]

    def publish(self, user_id: str, make: Callable[[], Update]) -> None:
        """Give an update to all connections of a user; it is not even made when there are none."""
        listening = self._mailboxes.get(user_id)
        if listening:
            update = make()
            for mailbox in listening:
                mailbox.put(update)

    def reset(self) -> None:
        """End all connections, since updates may be missing: connecting again brings the current states."""
        missed = Refusal(Reason.GOING_AWAY, "events may have been missed, connect again")
        for mailbox in list(chain.from_iterable(self._mailboxes.values())):
            mailbox.give_up(missed)

    def __len__(self) -> int:
        return sum(len(mailboxes) for mailboxes in self._mailboxes.values())
