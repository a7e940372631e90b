"""The main job at the browser: from signing up to the tables, with the progress in between."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Browser, Page, WebSocket, WebSocketRoute, expect

from cartload.schema import TABLES
from support.browser import SECONDS, Person, look, person_at

CUSTOMERS = 160_000
"""So many that the job takes at least 20 s on two cores."""
RISES = 10
STAGES = ("Queued", "Generating and storing", "Indexing", "Checking")
LONGEST = 280.0


class Frames:
    """What the server says over the live connections of a page."""

    def __init__(self, page: Page) -> None:
        self.rows: list[int] = []
        self.connections = 0
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.connections += 1
        socket.on("framereceived", self._received)

    def _received(self, frame: str | bytes) -> None:
        message = json.loads(frame)
        if message["type"] == "job":
            self.rows.append(message["job"]["rows_done"])


async def shown_rows(page: Page) -> int:
    """The number of rows done that the page shows."""
    return int((await page.get_by_test_id("rows-done").inner_text()).replace(",", ""))


async def watch(page: Page, rises: int, *, above: int = -1) -> list[int]:
    """Look at the page until the rows done have risen so many times; returns each new value."""
    values = [above]
    async with asyncio.timeout(LONGEST):
        while len(values) <= rises:
            await expect(page.get_by_test_id("rows-done")).not_to_have_text(
                f"{values[-1]:,}", timeout=LONGEST * SECONDS
            )
            values.append(await shown_rows(page))
    return values[1:]


async def drawn_rates(page: Page) -> list[str]:
    """The numbers beside the chart of throughput: a span of time and its rate each, without the newest."""
    await expect(page.get_by_role("img", name=re.compile("^Throughput: mean "))).to_be_visible()
    rows = page.get_by_role("table", name="Numbers of the throughput").locator("tbody tr")
    if not await rows.count():
        await page.get_by_text("Numbers", exact=True).click()
    await expect(rows.nth(1)).to_be_attached(timeout=60 * SECONDS)
    return (await rows.all_text_contents())[:-1]


class Link:
    """The live connections of a page, which can be cut."""

    def __init__(self) -> None:
        self._up = True
        self._open: list[WebSocketRoute] = []

    async def take(self, page: Page) -> None:
        """Stand between the page and the server from its next visit on."""
        await page.route_web_socket("**/ws/jobs", self._opened)

    async def _opened(self, route: WebSocketRoute) -> None:
        if not self._up:
            await route.close(code=1001)
            return
        route.connect_to_server()
        self._open.append(route)

    async def cut(self) -> None:
        """Close what is open, and let nothing through."""
        self._up = False
        for route in self._open:
            await route.close(code=1001)
        self._open.clear()

    def mend(self) -> None:
        """Let new connections through."""
        self._up = True


@pytest.mark.timeout(400)
async def test_a_dataset_is_asked_for_watched_over_a_reload_and_looked_at(visitor: Person) -> None:
    person, page = visitor, visitor.page
    frames = Frames(page)
    await person.sign_up()
    await person.sees("No datasets yet")
    await person.follow("New dataset")
    await person.fill(name="Harbour & Pine", customers=f"{CUSTOMERS:,}")
    await person.press("Make dataset")
    await person.sees_heading("Harbour & Pine")
    await person.sees("Live")
    await person.sees("Making rows", seconds=60)

    before = await watch(page, RISES)
    assert before == sorted(set(before))
    await expect(page.get_by_role("progressbar", name="Rows done", exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^[\d,]+ rows/s$"))).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="rows")).to_have_count(1)
    heard = sorted(set(frames.rows))
    assert len(heard) >= RISES, "the progress came over the live connection"
    drawn = await drawn_rates(page)
    assert drawn, "a chart is drawn of what was seen"

    await page.reload()
    await person.sees("Live")
    again = await drawn_rates(page)
    assert again[0] == drawn[0], "what was seen before the reload is still drawn"
    assert len(again) >= len(drawn)
    after = await watch(page, 3, above=before[-1])
    assert after == sorted(set(after)), "the reloaded page goes on where the job is"
    assert after[0] > before[-1]
    assert frames.connections >= 2

    await person.reaches("completed", seconds=LONGEST)
    await person.sees("100%")
    assert frames.rows[-1] == await shown_rows(page)
    await person.sees("Completed: everything is stored and checked.")
    stages = page.get_by_role("list", name="Stages").get_by_role("listitem")
    await expect(stages).to_have_text(
        [re.compile(f"^{name}: done.*[0-9] s$") for name in STAGES] + [re.compile("^Done: done")]
    )

    await person.open_dataset()
    counts = page.get_by_role("region", name="Rows and bytes of each table").get_by_role("row")
    # A row for each table, the heads and the sums.
    await expect(counts).to_have_count(len(TABLES) + 2)
    await person.sees(f"{CUSTOMERS:,} customers")
    await person.follow("users")
    await expect(page.get_by_role("region", name="Rows of users").get_by_role("row").nth(5)).to_be_visible()
    await person.sees("100 rows loaded, more below.")

    await person.press("Sign out")
    await person.sees_heading("Sign in")
    await page.reload()
    await person.sees_heading("Sign in")


@pytest.mark.timeout(300)
async def test_a_job_is_paused_resumed_and_cancelled(person: Person, browser: Browser) -> None:
    page = person.page
    link = Link()
    await link.take(page)
    await person.ask_for("stop and go", 60_000)
    await person.sees("Making rows", seconds=60)

    await page.get_by_role("button", name="Pause").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Pause this job?")
    await expect(dialog).to_contain_text("The job keeps its place.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Pause")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Pause the job")).to_be_focused()
    await page.keyboard.press("Enter")
    await person.reaches("paused")
    await person.sees("nothing more is made until you resume it")
    await person.sees("paused after")

    await person.sees("Live")
    await link.cut()
    await person.sees("Reconnecting")
    link.mend()
    await expect(page.get_by_test_id("live-status")).to_have_text("Live", timeout=60 * SECONDS)
    await look(person, "paused job")
    async with person_at(browser, person.origin) as other:
        await other.sign_up()
        await other.page.goto(page.url)
        await other.sees_heading("There is no such job")

    await person.press("Resume")
    await person.press("Resume the job")
    await expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=30 * SECONDS)

    await person.press("Cancel")
    await person.press("Keep it")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await person.press("Cancel")
    await expect(page.get_by_role("dialog")).to_contain_text("The dataset is marked incomplete")
    await look(person, "question before a job is cancelled")
    await person.press("Cancel the job")
    await person.reaches("cancelled", seconds=60)
    await expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    await person.sees("the dataset is incomplete")
    for words in ("Paused; chunks on their way", "Resumed: waits for its turn.", "Asked to cancel."):
        await person.sees(words)

    await person.open_dataset()
    await person.sees("This dataset is incomplete")
    await person.follow("Jobs")
    await page.get_by_label("State").select_option("completed")
    await person.sees("No completed jobs")
    await page.get_by_label("State").select_option("cancelled")
    await expect(page.get_by_role("table").get_by_role("link", name="stop and go")).to_be_visible()
