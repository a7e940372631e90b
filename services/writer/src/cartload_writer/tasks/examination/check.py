"""The use case: a dataset's invariants and answers, examined and kept."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.concurrency import cancel_all
from cartload_kit.database import transaction
from cartload_kit.mysql_url import MysqlUrl
from cartload_writer.errors import PermanentFailure, RetryLater
from cartload_writer.repository import datasets, reports
from cartload_writer.repository.datasets import Dataset
from cartload_writer.repository.reports import StoredReport
from cartload_writer.repository.task_queue import Task
from cartload_writer.tasks.examination.child import ExaminationFailed
from cartload_writer.tasks.examination.examine import Found, Request

_LOOK_SECONDS = 1.0

type Examine = Callable[[Request], Awaitable[Found]]


@dataclass(frozen=True, slots=True)
class Checking:
    """The ports of the role. `url` is the writer's own database: the datasets' are on the same server."""

    meta: AsyncEngine
    url: str
    memory_mb: int
    examine: Examine
    clock: Callable[[], datetime]

    async def run(self, task: Task) -> None:
        """Examine the task's dataset and keep what was found. Raises PermanentFailure and RetryLater."""
        dataset = await self._dataset(task)
        request = Request(url=_database_url(self.url, dataset.database_name), memory_mb=self.memory_mb)
        found = await self._while_it_is_there(dataset, request)
        if found.report is None or found.answers is None:
            raise PermanentFailure(f"The dataset could not be read: {found.error}")
        report = StoredReport("ready", _document(found.report), self.clock())
        async with transaction(self.meta) as connection:
            current = await datasets.find(connection, dataset.dataset_id, lock=True)
            if current is None or current.gone:
                raise PermanentFailure("The dataset is being deleted.")
            if current.segments != dataset.segments:
                raise RetryLater("the dataset has grown meanwhile")
            await reports.save(connection, dataset.dataset_id, report, found.answers)

    async def _dataset(self, task: Task) -> Dataset:
        async with self.meta.connect() as connection:
            dataset = await datasets.find(connection, task.dataset_id)
        if dataset is None or dataset.gone:
            raise PermanentFailure("The dataset is being deleted.")
        if not dataset.has_rows:
            raise PermanentFailure("The dataset has no tables in MySQL: there are no rows to examine.")
        if dataset.state == "creating":
            raise RetryLater("the dataset is being made")
        return dataset

    async def _while_it_is_there(self, dataset: Dataset, request: Request) -> Found:
        """The examination, given up as soon as the dataset is to be deleted: a reader keeps its tables."""
        work = asyncio.create_task(self._examined(request))
        # Asked for regularly: a task that reads is waited for by no deletion, and nobody tells it of one.
        try:
            while not (await asyncio.wait({work}, timeout=_LOOK_SECONDS))[0]:
                async with self.meta.connect() as connection:
                    current = await datasets.find(connection, dataset.dataset_id)
                if current is None or current.gone:
                    raise PermanentFailure("The dataset is being deleted.")
            return work.result()
        finally:
            await cancel_all([work])

    async def _examined(self, request: Request) -> Found:
        try:
            return await self.examine(request)
        except ExaminationFailed as error:
            raise RetryLater(str(error)) from error

    async def refuse(self, task: Task, reason: str) -> None:
        """Tell whoever waits for the report that there will be none."""
        async with transaction(self.meta) as connection:
            await reports.fail(connection, task.dataset_id, reason)


def _database_url(url: str, database: str) -> str:
    """A dataset's URL for the examination, which signs in as the writer does."""
    return MysqlUrl.parse(url).text(database)


def _document(report: dict[str, Any]) -> dict[str, Any]:
    """The report as the API answers it: every rule as a check that names its invariant."""
    proven = report["invariants"]
    rules = [{**rule, "invariant": one["number"]} for one in proven for rule in one["rules"]]
    return {
        "kind": "full",
        "ok": report["ok"],
        "checks": rules,
        "invariants": [{key: value for key, value in one.items() if key != "rules"} for one in proven],
        "figures": report["figures"],
    }
