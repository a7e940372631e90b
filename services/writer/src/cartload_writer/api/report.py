"""What was proven of a dataset, and the true answers to questions about it."""

from fastapi import APIRouter

from cartload_kit.database import transaction
from cartload_kit.errors import Conflict, NotFound
from cartload_kit.http.openapi import problem_answers
from cartload_writer.api.dependencies import DatasetWithRows, Services, ServicesDep
from cartload_writer.api.row_reader import open_connection
from cartload_writer.api.schemas import AnswerInfo, AnswerList, Report
from cartload_writer.repository import datasets, reports, task_queue
from cartload_writer.repository.datasets import Dataset

router = APIRouter(tags=["report"])


@router.get(
    "/report",
    responses=problem_answers(409),
    summary="What was proven of the dataset",
    operation_id="get_report",
)
async def get_report(dataset: DatasetWithRows, services: ServicesDep) -> Report:
    """The newest report: every invariant with the rows it looked at, or the checks of the seal until then."""
    return await _report(dataset, services)


@router.post(
    "/report",
    status_code=202,
    responses=problem_answers(409),
    summary="Start a full report",
    operation_id="start_report",
)
async def start_report(dataset: DatasetWithRows, services: ServicesDep) -> Report:
    """Has every invariant checked over all rows, and the answers found; look again until it is `ready`."""
    if dataset.state == "creating":
        raise Conflict("The dataset is being made: a report can be asked for when its job has ended.")
    async with transaction(services.engine) as connection:
        # Locked and looked at again: a deletion since the request came has removed the report, and nobody
        # would remove this one.
        current = await datasets.find(connection, dataset.dataset_id, lock=True)
        if current is None or current.gone:
            raise NotFound("There is no such dataset.")
        await reports.begin(connection, dataset.dataset_id)
        await task_queue.add_check(connection, dataset.dataset_id, services.clock())
    return await _report(dataset, services)


@router.get(
    "/answers",
    responses=problem_answers(409),
    summary="True answers about the dataset",
    operation_id="get_answers",
)
async def get_answers(dataset: DatasetWithRows, services: ServicesDep) -> AnswerList:
    """Business questions with their SQL and true answers; found together with a full report."""
    async with open_connection(services.engine) as connection:
        found = await reports.answers(connection, dataset.dataset_id)
        report = await reports.find(connection, dataset.dataset_id)
    if found is None:
        state = "running" if report is not None and report.state == "running" else "none"
        return AnswerList(state=state, items=[])
    return AnswerList(state="ready", items=[AnswerInfo.model_validate(item) for item in found])


async def _report(dataset: Dataset, services: Services) -> Report:
    async with open_connection(services.engine) as connection:
        found = await reports.find(connection, dataset.dataset_id)
    if found is None:
        return Report(state="none")
    return Report.model_validate({**found.document, "state": found.state, "made_at": found.made_at})
