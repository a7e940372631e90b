"""From a command on Kafka to a persisted task: once the row is committed, the offset may be."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_contracts.envelope import DATASET_COMMANDS, InvalidMessage, decode
from cartload_contracts.messages import DatasetCommand, Delete
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.kafka.errors import BadMessage, TryAgain
from cartload_kit.kafka.record import Record
from cartload_kit.tracing import current_traceparent
from cartload_writer.errors import explain
from cartload_writer.repository import datasets, task_queue
from cartload_writer.repository.task_queue import NewTask


@dataclass(frozen=True, slots=True)
class CommandConsumer:
    """Handles records of `cartload.datasets`. `wake` is called when a task was added."""

    engine: AsyncEngine
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
    event_id = record.headers.get("ce_id", b"").decode(errors="replace")
    if len(event_id) != 36 or not event_id.isascii():
        raise InvalidMessage("header ce_id is missing or no UUID")
    message = command.model_dump(mode="json")
    return NewTask(event_id, command.dataset_id, command.type, message, current_traceparent())
