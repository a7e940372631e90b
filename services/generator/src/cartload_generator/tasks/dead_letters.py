"""Looking at dead letters, putting them back and setting them aside, as an administrator asks."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_generator.domain.dead_letters import (
    DecidedState,
    Decision,
    LetterFilter,
    message_of,
    place_of,
)
from cartload_generator.domain.entities import Clock
from cartload_generator.repository import dead_letters
from cartload_kit.database import is_duplicate_key, transaction
from cartload_kit.errors import Conflict, NotFound, Unavailable
from cartload_kit.kafka import DeadLetterReader, KafkaUnavailable, Letter, MessageTooLarge, Producer

DECISIONS_KEPT = timedelta(days=90)
"""Far longer than the letters: they say who did what."""

MOST_BYTES = 128 * 2**20
"""What one page may read from Kafka, where values come along with headers; it is shorter then."""

MOST_LETTERS = 2_000
"""How many letters one page may look at."""


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Letters with what was decided about them, and where to go on: before these offsets, by partition."""

    items: list[tuple[Letter, Decision | None]]
    position: list[int] | None


@dataclass(frozen=True, slots=True)
class DeadLetterAdministration:
    """What is done with dead letters; decisions are in the database, the letters in Kafka only."""

    engine: AsyncEngine
    reader: DeadLetterReader
    producer: Producer
    clock: Clock

    async def page(self, wanted: LetterFilter, below: Sequence[int] | None, limit: int) -> LetterPage:
        """The newest letters that are wanted, at most `limit`; fewer where many others lie in between.

        Raises Unavailable when Kafka is away.
        """
        found: list[tuple[Letter, Decision | None]] = []
        looked_at = 0
        try:
            async with self.reader.newest_first(below) as letters:
                while len(found) < limit and looked_at < MOST_LETTERS and letters.bytes < MOST_BYTES:
                    taken = await letters.take(limit - len(found))
                    if not taken:
                        break
                    looked_at += len(taken)
                    decided = await self._decisions([letter.id for letter in taken])
                    with_decision = [(letter, decided.get(letter.id)) for letter in taken]
                    found += [one for one in with_decision if wanted.takes(*one)]
                return LetterPage(found, letters.position)
        except KafkaUnavailable as error:
            raise _away(error) from error

    async def find(self, letter_id: str) -> tuple[Letter, Decision | None]:
        """A letter, with its value. Raises NotFound, and Unavailable when Kafka is away."""
        try:
            letter = await self.reader.find(*place_of(letter_id))
        except KafkaUnavailable as error:
            raise _away(error) from error
        if letter is None or letter.id != letter_id:
            raise NotFound("There is no such letter, or no longer: Kafka keeps dead letters for 14 days.")
        return letter, (await self._decisions([letter_id])).get(letter_id)

    async def redrive(self, letter_id: str, by: str) -> tuple[Letter, Decision]:
        """Send the original message to the topic that it came from, at least once.

        The decision is committed when Kafka has the message. A crash in between leaves the letter open: put
        back again, the message comes twice, which all receivers are made for.
        Raises NotFound, Conflict when it was decided about or cannot be sent, Unavailable when Kafka is away.
        """
        letter, decision = await self.find(letter_id)
        if decision is not None:
            raise _decided(decision)
        message = message_of(letter)

        async def send() -> None:
            await self.producer.send(message.topic, message.key, message.value, message.headers)

        try:
            made = await self._decide(letter_id, "redriven", by, send)
        except KafkaUnavailable as error:
            raise _away(error) from error
        except MessageTooLarge as error:
            raise Conflict(f"The topic does not take the message any more: {error}.") from error
        return letter, made

    async def discard(self, letter_id: str, by: str) -> tuple[Letter, Decision]:
        """Set a letter aside: it stays in Kafka as long as others. Raises NotFound, Conflict, Unavailable."""
        letter, decision = await self.find(letter_id)
        if decision is not None:
            raise _decided(decision)
        return letter, await self._decide(letter_id, "discarded", by, _nothing)

    async def _decide(
        self, letter_id: str, state: DecidedState, by: str, effect: Callable[[], Awaitable[None]]
    ) -> Decision:
        """Keep a decision together with its effect. Raises Conflict for a letter that has one."""
        decision = Decision(letter_id, state, by, self.clock())
        try:
            async with transaction(self.engine) as connection:
                # First, and unique: a second request about this letter waits here until the first has ended.
                await dead_letters.add(connection, decision)
                await effect()
                await dead_letters.forget(connection, decision.decided_at - DECISIONS_KEPT)
        except IntegrityError as error:
            if not is_duplicate_key(error):
                raise
            earlier = (await self._decisions([letter_id])).get(letter_id)
            raise _decided(earlier or decision) from error
        return decision

    async def _decisions(self, letter_ids: list[str]) -> dict[str, Decision]:
        async with transaction(self.engine) as connection:
            return await dead_letters.find(connection, letter_ids)


async def _nothing() -> None: ...


def _decided(decision: Decision) -> Conflict:
    return Conflict(
        f"The letter was {decision.state} by {decision.decided_by} at {decision.decided_at.isoformat()}.",
        state=decision.state,
    )


def _away(error: KafkaUnavailable) -> Unavailable:
    return Unavailable(f"Kafka is not available now: {error}.")
