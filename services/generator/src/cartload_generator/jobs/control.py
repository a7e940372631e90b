"""What users do to jobs that are there: cancel, pause, resume, retry."""

from uuid import UUID

from cartload_contracts.envelope import Message
from cartload_generator import lifecycle, limits, states
from cartload_generator.dispatch.desk import Visit
from cartload_generator.record import JobRecord
from cartload_generator.services import Services
from cartload_generator.states import Action
from cartload_generator.store import datasets, jobs, windows
from cartload_kit.errors import Conflict, NotFound

_DONE: dict[Action, str] = {
    "cancel": "cancelled",
    "pause": "paused",
    "resume": "resumed",
    "retry": "retried",
}


async def control(services: Services, owner_id: UUID, job_id: UUID, action: Action) -> JobRecord:
    """Do what a user asks of a job. Raises NotFound and Conflict."""

    async def work(visit: Visit) -> list[Message]:
        if visit.job.owner_id != owner_id:
            raise NotFound("There is no such job.")
        if action == "retry" and visit.job.state == "failed":
            await _reopen(services, visit)
        if not lifecycle.act(visit.job, action, visit.now):
            raise refusal(visit.job, action)
        return []

    job = await services.dispatcher.desk.visit(job_id, work)
    if job is None:
        raise NotFound("There is no such job.")
    services.dispatcher.wake(job.id)
    return job


def refusal(job: JobRecord, action: Action) -> Conflict:
    """Why a job's state forbids an action."""
    phase = states.phase(job.state, job.step)
    shown = f"{job.state}, {phase}" if phase in ("indexing", "checking") else job.state
    return Conflict(f"A job that is {shown} cannot be {_DONE[action]}.", state=job.state, phase=phase)


async def _reopen(services: Services, visit: Visit) -> None:
    """Give a failed job its dataset back. Raises Conflict when another job has it, or it is being deleted."""
    job = visit.job
    await datasets.lock_owner(visit.connection, job.owner_id)
    used = await jobs.usage(visit.connection, job.owner_id)
    limits.check_unfinished(used.unfinished_jobs, services.limits)
    dataset = await datasets.lock(visit.connection, job.dataset_id)
    if dataset is None or dataset.state == "deleting":
        raise Conflict("The job's dataset has been deleted.")
    if dataset.active_job_id is not None:
        raise Conflict("The dataset has another job that is not finished.")
    dataset.active_job_id = job.id
    dataset.state = "creating" if job.kind == "create" else "ready"
    await datasets.save(visit.connection, dataset)
    await windows.forget_attempts(visit.connection, job.number)
