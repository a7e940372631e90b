"""One stack for all tests of this folder, made from nothing: `make compose-test`."""

from collections.abc import AsyncIterator, Iterator

import pytest

from support.client import User, signed_up
from support.compose import Stack, project


@pytest.fixture(scope="session")
def began() -> dict[str, float]:
    """How long the starts took, in seconds."""
    return {}


@pytest.fixture(scope="session")
def stack(began: dict[str, float]) -> Iterator[Stack]:
    """A running stack on fresh volumes."""
    with project("main") as made:
        assert not any(made.left().values())
        began["fresh"] = made.up()
        yield made
    assert not any(made.left().values()), made.left()


@pytest.fixture
async def user(stack: Stack) -> AsyncIterator[User]:
    """A new user, signed in."""
    async with signed_up(stack.base_url) as made:
        yield made
