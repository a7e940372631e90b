"""A thousand kills of the generator's API just after it accepted a job: every 202 exists once.

`CARTLOAD_KILLS_SEED` gives other moments. A quarter of an hour on two cores.
"""

import os
from pathlib import Path

import pytest

from cartload_dev.system_client import SystemClient
from support.accepted_jobs import kill_after_accepting

pytestmark = pytest.mark.timeout(3600)
KILLS = 1_000
KILLS_OF_A_ROUND = 100


async def test_every_accepted_job_is_there_once(unlimited: SystemClient, tmp_path: Path) -> None:
    seed = int(os.environ.get("CARTLOAD_KILLS_SEED", "1"))
    accepted: set[str] = set()
    unanswered = 0
    for number in range(KILLS // KILLS_OF_A_ROUND):
        seen = await kill_after_accepting(
            unlimited, tmp_path, kills=KILLS_OF_A_ROUND, seed=seed * 1_000 + number
        )
        print(f"seed {seed}, round {number}: {len(seen.accepted)} accepted, {seen.unanswered} unanswered")  # noqa: T201
        accepted.update(seen.accepted)
        unanswered += seen.unanswered
    assert len(accepted) == KILLS
    assert unanswered > 0
