"""From a command on Kafka to a persisted task: once the row is committed, the offset may be."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

import cartload
from cartload import spec as specs
from cartload_contracts.envelope import DATASET_COMMANDS, InvalidMessage, decode
from cartload_contracts.failures import failure_of
from cartload_contracts.messages import DatasetCommand, Delete, Prepare
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.kafka.errors import BadMessage, TryAgain
from cartload_kit.kafka.record import Record
from cartload_kit.tracing import current_traceparent
from cartload_writer.adapters.results import Results
from cartload_writer.errors import explain
from cartload_writer.repository import datasets, task_queue
from cartload_writer.repository.task_queue import NewTask


@dataclass(frozen=True, slots=True)
class CommandConsumer:
    """Handles records of `cartload.datasets`. `wake` is called when a task was added."""

    engine: AsyncEngine
    results: Results
    wake: Callable[[], None]
    clock: Callable[[], datetime]

    async def __call__(self, record: Record) -> None:
        """Keep the record's command as a task. Raises BadMessage and TryAgain."""
        try:
            command = decode(DATASET_COMMANDS, record.value, record.headers)
            task = _task(command, record)
        except InvalidMessage as error:
            raise BadMessage(str(error)) from error
        try:
            await retry_on_deadlock(lambda: self._keep(command, task))
        except (SQLAlchemyError, OSError) as error:
            raise TryAgain(explain(error)) from error
        self.wake()

    async def refused(self, record: Record, reason: str) -> None:
        """Tell the job of a dead letter, where its coordinates can be read."""
        failure = failure_of(record.value, f"A command cannot be read: {reason}")
        if failure is not None:
            await self.results.publish(failure)

    async def _keep(self, command: DatasetCommand, task: NewTask) -> None:
        now = self.clock()
        async with transaction(self.engine) as connection:
            # At once and not by the task, which may have to wait for a seal: from here on the API answers
            # 404, consumers drop its batches, and what only waits is not begun any more.
            if isinstance(command, Delete):
                await datasets.update(connection, command.dataset_id, now, state="deleting")
                await task_queue.supersede(connection, command.dataset_id, now)
            await task_queue.add(connection, task, now)


def _task(command: DatasetCommand, record: Record) -> NewTask:
    if isinstance(command, Prepare):
        _require_spec(command)
    event_id = record.headers.get("ce_id", b"").decode(errors="replace")
    if len(event_id) != 36 or not event_id.isascii():
        raise InvalidMessage("header ce_id is missing or no UUID")
    message = command.model_dump(mode="json")
    return NewTask(event_id, command.dataset_id, command.type, message, current_traceparent())


def _require_spec(command: Prepare) -> None:
    """Raise InvalidMessage when the spec is not the one whose hash the command has."""
    try:
        found = specs.spec_hash(specs.parse(command.spec))
    except specs.SpecError:
        return  # the task says what is wrong with it
    if command.vintage == cartload.VINTAGE and found != command.spec_hash:
        raise InvalidMessage(f"spec_hash {command.spec_hash} announced, {found} found")
