"""The short form of `tests/soak/test_soak_accepted.py`: an accepted job outlasts the process that took it."""

from pathlib import Path

import pytest

from cartload_dev.system_client import SystemClient
from support.accepted_jobs import kill_after_accepting

pytestmark = pytest.mark.timeout(300)
KILLS = 10
AT_ONCE = 2


async def test_every_accepted_job_is_there_once(cartload: SystemClient, tmp_path: Path) -> None:
    seen = await kill_after_accepting(cartload, tmp_path, kills=KILLS, seed=1)
    assert len(set(seen.accepted)) == KILLS
