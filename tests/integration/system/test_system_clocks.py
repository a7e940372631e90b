"""Machines whose clocks are ten minutes wrong, ahead and behind: nothing waits, and nothing is early."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from support.client import signed_up
from support.engine import ENGINE
from support.equality import require_equal
from support.linked_system import LinkedSystem, linked_system
from support.wrong_clocks import off_by, why_impossible

AHEAD, BEHIND = off_by(timedelta(minutes=10)), off_by(timedelta(minutes=-10))
CLOCKS = {
    "auth": AHEAD,
    "generator-api": BEHIND,
    "generator-worker": AHEAD,
    "generator-player": BEHIND,
    "writer-consumer": BEHIND,
    "writer-tasks": AHEAD,
    "writer-checker": BEHIND,
    "writer-api": BEHIND,
}
"""The gateway and the notifier have no database, and judge tokens by their own clocks."""
NEAR = timedelta(minutes=2)

pytestmark = [
    pytest.mark.skipif(ENGINE != "native", reason="the clocks of local processes are made wrong"),
    pytest.mark.skipif(why_impossible() is not None, reason=str(why_impossible())),
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LinkedSystem]:
    folder: Path = tmp_path_factory.mktemp("clocks")
    async with linked_system(folder, environments=CLOCKS) as system:
        yield system


async def test_jobs_and_reports_are_made_at_once_and_their_times_are_right(system: LinkedSystem) -> None:
    began = datetime.now(UTC)
    async with signed_up(system.base_url) as user:
        job = await user.make_dataset(customers=2_000)
        await require_equal(system.client, user, job["dataset_id"])
        path = f"/api/datasets/{job['dataset_id']}/report"
        assert (await user.call("POST", path)).status == 202
        report = await user.when(path, lambda report: report["state"] != "running")
    ended = datetime.now(UTC)
    for name in ("created_at", "started_at", "finished_at"):
        assert began - NEAR < datetime.fromisoformat(job[name]) < ended + NEAR, name
    assert (report["state"], report["kind"], report["ok"]) == ("ready", "full", True)
