"""Browsers for the browser tests. Each test has its own, and its own account."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from cartload_dev.system_client import SystemClient
from support.browser import FLAGS, Person, executable, person_at


@pytest.fixture(scope="session")
def origin(cartload: SystemClient) -> str:
    """Where the running system is found by a browser."""
    return cartload.base_url


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, headless."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
async def visitor(browser: Browser, origin: str) -> AsyncIterator[Person]:
    """Somebody without an account yet; the browser must not complain about anything they see."""
    async with person_at(browser, origin) as person:
        yield person
        assert person.complaints == []


@pytest.fixture
async def person(visitor: Person) -> Person:
    """Somebody signed in."""
    await visitor.sign_up()
    return visitor
