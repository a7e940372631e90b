"""What `make test` tries of every documented operation, and more: all texts, five times the requests.

`CARTLOAD_SCHEMA_SEED` repeats the requests of a run; the seed is printed.
"""

import os
import secrets
from pathlib import Path

import pytest

from cartload_dev.system_client import SystemClient
from support import naughty_requests, schemathesis_run
from support.client import signed_up

EXAMPLES = 500


@pytest.mark.timeout(3600)
async def test_every_answer_is_as_documented(unlimited: SystemClient, tmp_path: Path) -> None:
    seed = int(os.environ.get("CARTLOAD_SCHEMA_SEED") or secrets.randbelow(2**32))
    print(f"seed {seed}")  # noqa: T201
    async with signed_up(unlimited.base_url) as user:
        await user.make_dataset(customers=100)
        code, report = schemathesis_run.run(
            unlimited.base_url, user.token, examples=EXAMPLES, seed=seed, folder=tmp_path
        )
    assert code == 0, report


@pytest.mark.timeout(1200)
async def test_no_text_breaks_anything_anywhere(unlimited: SystemClient) -> None:
    async with signed_up(unlimited.base_url) as user:
        assert await naughty_requests.try_all(user, unlimited.base_url) == []
