"""A stream in the browser: started from its dataset, paused, answered, gone on with, and stopped."""

import re

import pytest
from playwright.async_api import expect

from support.browser import SECONDS, Person

pytestmark = pytest.mark.timeout(300)


async def test_a_dataset_is_played_paused_answered_and_stopped(person: Person) -> None:
    page = person.page
    await person.complete("Played", 300)
    await page.get_by_role("link", name="Streams").last.click()
    await person.fill(events_a_second_at_most="100")
    await page.get_by_label(re.compile("^Topics of its own")).check()
    await person.press("Start the stream")
    await page.wait_for_url("**/streams/*", timeout=15 * SECONDS)
    await person.reaches("playing")
    await person.press("Pause")
    await person.reaches("paused")
    await expect(page.get_by_role("table", name="Rows expected")).to_be_visible(timeout=30 * SECONDS)
    await expect(page.get_by_role("table", name="Events expected")).to_contain_text("user_registered")
    assert await person.violations() == []
    assert await person.fits()
    await person.press("Resume")
    await person.reaches("playing")
    await page.reload()
    await person.reaches("playing")
    await person.press("Stop")
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("^Stop")).click()
    await person.reaches("stopped")
    await page.goto(f"{person.origin}/streams")
    await expect(page.get_by_role("link", name="Played").first).to_be_visible()
    assert person.complaints == []
