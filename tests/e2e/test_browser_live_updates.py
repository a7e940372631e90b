"""What live updates of a job cost in the browser: fifty a second, as a large job sends them."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from playwright.async_api import CDPSession, Page, WebSocketRoute, expect

from support.browser import Person

UPDATES_PER_SECOND = 50
SECONDS = 6
MOST_OF_A_CORE = 0.10

pytestmark = pytest.mark.timeout(240)


class Notifier:
    """Stands between the page and the notifier: passes all on, and tells of rows faster than it does."""

    def __init__(self) -> None:
        self._page: WebSocketRoute | None = None

    async def listen(self, page: Page) -> None:
        """Take the live connection that the page opens next."""
        await page.route_web_socket("**/ws/jobs", self._connect)

    def _connect(self, page: WebSocketRoute) -> None:
        self._page = page
        page.connect_to_server()

    async def tell(self, job: dict[str, Any], updates: int) -> None:
        """Say that a job runs and has more rows, time and again; the last time it has half of them."""
        assert self._page is not None
        for update in range(1, updates + 1):
            rows = job["rows_total"] * update // (2 * updates)
            running = {
                **job,
                "state": "running",
                "phase": "generating",
                "version": job["version"] + update,
                "rows_done": rows,
                "rows_per_second": 100_000,
                "tables": {
                    name: {**table, "rows_done": table["rows_total"] * update // (2 * updates)}
                    for name, table in job["tables"].items()
                },
            }
            self._page.send(json.dumps({"type": "job", "job": running}))
            await asyncio.sleep(1 / UPDATES_PER_SECOND)


async def _read(person: Person, job_id: str) -> dict[str, Any]:
    credentials = {"user_name": person.name, "password": person.password}
    async with aiohttp.ClientSession(person.origin) as http:
        async with http.post("/api/auth/login", json=credentials) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with http.get(f"/api/jobs/{job_id}", headers=headers) as answer:
            job: dict[str, Any] = await answer.json()
            return job


async def _processor_seconds(session: CDPSession) -> tuple[float, float]:
    """Seconds that the page's main thread has used the processor for, and what time it is."""
    answer = await session.send("Performance.getMetrics")
    metrics = {one["name"]: one["value"] for one in answer["metrics"]}
    return metrics["ThreadTime"], metrics["Timestamp"]


@pytest.mark.parametrize("where", ["home", "job"])
async def test_fifty_updates_a_second_take_less_than_a_tenth_of_a_core(person: Person, where: str) -> None:
    page, notifier = person.page, Notifier()
    await person.ask_for("Long", 400_000)
    await person.press("Pause")
    await person.press("Pause the job")
    await person.reaches("paused")
    job = await _read(person, page.url.rpartition("/")[2])
    await notifier.listen(page)
    await person.go("/" if where == "home" else f"/jobs/{job['id']}")
    await person.sees("paused")
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    # The first updates draw what was not there before.
    await notifier.tell(job, UPDATES_PER_SECOND)
    used, began = await _processor_seconds(session)
    await notifier.tell({**job, "version": job["version"] + UPDATES_PER_SECOND}, SECONDS * UPDATES_PER_SECOND)
    used_then, ended = await _processor_seconds(session)
    await expect(page.get_by_role("progressbar").first).to_have_js_property("value", job["rows_total"] // 2)
    share = (used_then - used) / (ended - began)
    assert share < MOST_OF_A_CORE, f"{where}: {share:.1%} of a core"
    await person.go(f"/jobs/{job['id']}")
    await person.press("Cancel")
    await person.press("Cancel the job")
    await person.reaches("cancelled")
