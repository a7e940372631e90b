"""What may be done with a dead letter, and what is kept of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cartload_contracts import topics
from cartload_kit.errors import Conflict
from cartload_kit.kafka import Letter, Outgoing

type LetterState = Literal["open", "redriven", "discarded"]
type DecidedState = Literal["redriven", "discarded"]

LETTER_ID = r"^[0-9]{1,5}-[0-9]{1,18}-[0-9]{1,15}$"
"""Partition, offset and time of a letter, in milliseconds since 1970."""

_TARGETS = frozenset(topic.name for topic in topics.WORK)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a letter, by whom (an account's id, or `command line`) and when."""

    letter_id: str
    state: DecidedState
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters are meant; None is all. `reason` is a part of the reason, in any case."""

    topic: str | None = None
    state: LetterState | None = None
    reason: str | None = None

    def takes(self, letter: Letter, decision: Decision | None) -> bool:
        """Whether a letter is meant."""
        state = decision.state if decision is not None else "open"
        return (
            self.topic in (None, letter.topic)
            and self.state in (None, state)
            and (self.reason or "").casefold() in (letter.reason or "").casefold()
        )


def place_of(letter_id: str) -> tuple[int, int]:
    """Partition and offset of an id of the shape `LETTER_ID`."""
    partition, offset, _ = letter_id.split("-")
    return int(partition), int(offset)


def message_of(letter: Letter) -> Outgoing:
    """The message to put back. Raises Conflict when there is none, or when it may not be sent."""
    if letter.whole_size is not None:
        raise Conflict(
            f"Only the first {letter.size} of {letter.whole_size} bytes were kept: the message cannot be "
            "made whole again. Have its job retried, and discard the letter."
        )
    message = letter.original()
    # The topic comes from a header, which whoever may write to the dead letters can choose.
    if message is None or message.topic not in _TARGETS:
        raise Conflict("The letter does not come from a topic that services of Cartload take work from.")
    return message
