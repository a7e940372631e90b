"""Requests made from the OpenAPI document, good and bad: none is an error of ours, and each as documented."""

from pathlib import Path

import pytest

from cartload_dev.system_client import SystemClient
from support import schemathesis_run
from support.client import User

EXAMPLES = 100
SEED = 1
"""The same requests each time; `make soak` makes others."""


@pytest.mark.timeout(600)
async def test_every_answer_is_as_documented(
    unlimited: SystemClient, unlimited_user: User, tmp_path: Path
) -> None:
    await unlimited_user.make_dataset(customers=100)
    code, report = schemathesis_run.run(
        unlimited.base_url, unlimited_user.token, examples=EXAMPLES, seed=SEED, folder=tmp_path
    )
    assert code == 0, report
