"""What users do to jobs that are there: cancel, pause, resume, retry."""

from uuid import UUID

from cartload_generator.api.dependencies import Services
from cartload_generator.api.ownership import require_own_job
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


async def control(services: Services, owner_id: UUID, job_id: UUID, action: Action) -> Job:
    """Do what a user asks of a job. Raises NotFound and Conflict."""

    async def once() -> Job:
        async with services.dispatcher.jobs.locked(job_id) as locked:
            job = require_own_job(locked.job if locked else None, owner_id)
            assert locked is not None  # noqa: S101 - where there is no job, that was 404
            if action == "retry" and job.state == "failed":
                await _reopen(services, locked)
            if not lifecycle.act(job, action, locked.now):
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
