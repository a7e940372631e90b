"""Jobs through the stack: progress by WebSocket, the same rows in MySQL and Azurite, and the UI."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

from cartload.answers import questions
from support.browser import FLAGS, executable, person_at
from support.client import ENDED, User
from support.compose import Stack
from support.equality import engine_hashes

pytestmark = pytest.mark.timeout(600)
STORED = Path(__file__).with_name("stored.py")
CUSTOMERS = 10_000


async def stored_equals_engine(stack: Stack, user: User, dataset_id: str) -> None:
    """Count and hash of each table: in MySQL, in Azurite, as sealed and as the engine makes it are one."""
    dataset = await user.get(f"/api/datasets/{dataset_id}")
    database = (await user.get(f"/api/datasets/{dataset_id}/connection"))["database"]
    arguments = (database, dataset_id, dataset["spec"]["ids"])
    found = json.loads(await asyncio.to_thread(stack.script, "writer-api", STORED, *arguments))
    totals = await asyncio.to_thread(engine_hashes, dataset["spec"], dataset["segments"])
    made = {table: [total.rows, total.hex] for table, total in totals.items()}
    assert found["mysql"] == made
    assert found["blob"] == made
    assert dataset["hashes"] == {table: digest for table, (_, digest) in made.items()}


async def watched(user: User, customers: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Run a job and listen to its events; the ended job, and every state that was told."""
    states: list[dict[str, Any]] = []
    async with user.http.ws_connect("/ws/jobs") as socket:
        await socket.send_json({"type": "authenticate", "token": user.token})
        assert await socket.receive_json(timeout=10) == {"type": "ready"}
        started = await user.start_job(name="watched", customers=customers, seed=11)
        async with asyncio.timeout(240):
            while not states or states[-1]["state"] not in ENDED:
                event = await socket.receive_json()
                if event["type"] == "ping":
                    await socket.send_json({"type": "pong"})
                elif event["type"] == "job" and event["job"]["id"] == started["id"]:
                    states.append(event["job"])
    return await user.get(f"/api/jobs/{started['id']}"), states


async def test_a_job_is_told_as_it_grows_and_its_rows_are_everywhere(stack: Stack, user: User) -> None:
    job, states = await watched(user, CUSTOMERS)
    assert job["state"] == "completed", job
    done = [state["rows_done"] for state in states]
    assert done == sorted(done)
    assert len({rows for rows in done if 0 < rows < job["rows_total"]}) >= 2
    assert done[-1] == job["rows_total"] > CUSTOMERS
    await stored_equals_engine(stack, user, job["dataset_id"])
    await examined(user, job["dataset_id"])


async def examined(user: User, dataset_id: str) -> None:
    """Have every invariant checked, and see that it holds."""
    path = f"/api/datasets/{dataset_id}"
    assert (await user.call("POST", f"{path}/report")).status == 202
    report = await user.when(f"{path}/report", lambda found: found["state"] != "running", 120)
    assert (report["state"], report.get("kind"), report.get("ok")) == ("ready", "full", True), report
    assert len((await user.get(f"{path}/answers"))["items"]) == len(questions())


async def test_the_ui_loads_and_signs_in(stack: Stack) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        async with person_at(browser, stack.base_url) as person:
            await person.sign_up()
            await person.press("Sign out")
            await person.go("/sign-in")
            await person.sign_in()
            await person.sees_heading("Datasets")
            await person.complete("Contained", 500)
            assert person.complaints == []
        await browser.close()
