"""From a persisted task back to its command, and on to the use case."""

from collections.abc import Mapping
from functools import partial

from cartload_contracts.envelope import DATASET_COMMANDS
from cartload_contracts.messages import Delete, Discard, Failed, Prepare, Seal
from cartload_writer.repository import manifest
from cartload_writer.repository.task_queue import Task
from cartload_writer.tasks.context import Context
from cartload_writer.tasks.delete import delete
from cartload_writer.tasks.discard import discard
from cartload_writer.tasks.prepare import prepare
from cartload_writer.tasks.seal import seal
from cartload_writer.tasks.workers import Run

KINDS = ("prepare", "seal", "discard", "delete")


def runs(context: Context) -> Mapping[str, Run]:
    """What runs each kind of task."""
    return dict.fromkeys(KINDS, partial(run, context))


async def run(context: Context, task: Task) -> None:
    """Run a task's command. Raises PermanentFailure and RetryLater."""
    # Not strictly: the column is JSON, in which UUIDs are text.
    match DATASET_COMMANDS.validate_python(task.message, strict=False):
        case Prepare() as command:
            await prepare(context, command)
        case Seal() as command:
            await seal(context, command)
        case Discard() as command:
            await discard(context, command)
        case Delete() as command:
            await delete(context, command)


async def refuse(context: Context, task: Task, reason: str) -> None:
    """Tell the job that its command cannot be done."""
    command = DATASET_COMMANDS.validate_python(task.message, strict=False)
    about = {} if isinstance(command, Delete) else {"job_id": command.job_id, "attempt": command.attempt}
    async with context.meta.connect() as connection:
        stored = await manifest.totals(connection, task.dataset_id)
    await context.results.publish(
        Failed.model_validate(
            {
                "job_id": None,
                **about,
                "dataset_id": task.dataset_id,
                "stage": command.type,
                "stored": manifest.as_message(stored),
                "reason": reason[:2000],
            }
        )
    )
