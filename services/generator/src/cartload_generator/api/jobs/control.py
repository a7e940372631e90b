"""What is done to jobs that are there: cancel, pause, resume, retry."""

from collections.abc import Callable
from uuid import UUID

from cartload_generator.api.dependencies import Services
from cartload_generator.api.ownership import require_job, require_own_job
from cartload_generator.domain import lifecycle, limits, states
from cartload_generator.domain.entities import Job
from cartload_generator.domain.states import Action
from cartload_generator.repository import datasets, in_flight_chunks, jobs
from cartload_generator.tasks.locked_jobs import LockedJob
from cartload_kit.database import retry_on_deadlock
from cartload_kit.errors import Conflict

_DONE: dict[Action, str] = {
    "cancel": "cancelled",
    "pause": "paused",
    "resume": "resumed",
    "retry": "retried",
}


BY_ADMIN = "By an administrator."
"""What the history of a job says of an action that its owner did not ask for."""


async def control(services: Services, owner_id: UUID, job_id: UUID, action: Action) -> Job:
    """Do what a user asks of a job of its own. Raises NotFound and Conflict."""
    return await _control(services, job_id, action, lambda job: require_own_job(job, owner_id))


async def cancel_for_owner(services: Services, job_id: UUID) -> Job:
    """Cancel anybody's job, as an administrator asks. Raises NotFound and Conflict."""
    return await _control(services, job_id, "cancel", require_job, BY_ADMIN)


async def _control(
    services: Services,
    job_id: UUID,
    action: Action,
    require: Callable[[Job | None], Job],
    detail: str | None = None,
) -> Job:
    async def once() -> Job:
        async with services.dispatcher.jobs.locked(job_id) as locked:
            job = require(locked.job if locked else None)
            assert locked is not None  # noqa: S101 - where there is no job, that was 404
            if action == "retry" and job.state == "failed":
                await _reopen(services, locked)
            if not lifecycle.act(job, action, locked.now, detail):
                raise refusal(job, action)
            return job

    job = await retry_on_deadlock(once)
    services.dispatcher.wake(job.id)
    return job


def refusal(job: Job, action: Action) -> Conflict:
    """Why a job's state forbids an action."""
    phase = states.phase(job.state, job.step)
    shown = f"{job.state}, {phase}" if phase in ("indexing", "checking") else job.state
    return Conflict(f"A job that is {shown} cannot be {_DONE[action]}.", state=job.state, phase=phase)


async def _reopen(services: Services, locked: LockedJob) -> None:
    """Give a failed job its dataset back. Raises Conflict when another job has it, or it is being deleted."""
    job = locked.job
    await datasets.lock_owner(locked.connection, job.owner_id)
    used = await jobs.usage(locked.connection, job.owner_id)
    limits.check_unfinished(used.unfinished_jobs, services.limits)
    dataset = await datasets.lock(locked.connection, job.dataset_id)
    if dataset is None or dataset.state == "deleting":
        raise Conflict("The job's dataset has been deleted.")
    if dataset.active_job_id not in (None, job.id):
        raise Conflict("The dataset has another job that is not finished.")
    dataset.active_job_id = job.id
    dataset.state = "creating" if job.kind == "create" else "ready"
    await datasets.save(locked.connection, dataset)
    await in_flight_chunks.forget_attempts(locked.connection, job.number)
