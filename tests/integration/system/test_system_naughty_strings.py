"""Naughty texts in every place that takes one, through the gateway; `make soak` tries all in each place."""

import pytest

from cartload_dev.system_client import SystemClient
from support import naughty_requests
from support.client import User
from support.openapi import OPERATIONS, path_parameters

EVERY = 4


async def test_every_operation_with_a_body_is_tried(unlimited_user: User) -> None:
    known = await path_parameters(unlimited_user)
    tried = (await naughty_requests.bodies(unlimited_user, known)).keys() | naughty_requests.PASSWORDS
    assert tried == {name for name, operation in OPERATIONS.items() if "requestBody" in operation}


@pytest.mark.timeout(300)
async def test_no_text_breaks_anything(unlimited: SystemClient, unlimited_user: User) -> None:
    assert await naughty_requests.try_all(unlimited_user, unlimited.base_url, every=EVERY) == []
