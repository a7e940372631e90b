"""The demo against a stand-in for the API: one account, one dataset, and plain words for what goes wrong."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from cartload_dev.demo import Api, Login, make_dataset, run_demo
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir
from cartload_dev.progress import Line

JOB = {"id": "j1", "phase": "generating", "rows_done": 10, "rows_total": 40, "error": None}


class FakeApi:
    """Accounts in memory, and a job that goes through the given states, staying in the last."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        self.datasets: list[str] = []
        self.states = ["running", "completed"]
        self.asked: list[dict[str, Any]] = []
        self.url = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/auth/register", self.register)
        app.router.add_post("/api/auth/login", self.login)
        app.router.add_get("/api/datasets", self.list_datasets)
        app.router.add_post("/api/jobs", self.start)
        app.router.add_get("/api/jobs/j1", self.job)
        return app

    async def register(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.accounts[body["user_name"]] = body["password"]
        return web.json_response({}, status=201)

    async def login(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.accounts.get(body["user_name"]) != body["password"]:
            return web.json_response({"detail": "no"}, status=401)
        return web.json_response({"access_token": "token"})

    async def list_datasets(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer token":
            return web.json_response({"detail": "sign in"}, status=401)
        return web.json_response({"items": [{"state": state} for state in self.datasets]})

    async def start(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        return web.json_response({**JOB, "state": "queued"}, status=202)

    async def job(self, _request: web.Request) -> web.Response:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return web.json_response({**JOB, "state": state, "error": "the disk is full"})


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    runner = web.AppRunner(fake.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return RunDir(tmp_path)


async def test_the_first_demo_makes_an_account_and_a_dataset_and_says_where(
    api: FakeApi, run: RunDir
) -> None:
    out = io.StringIO()
    await run_demo(run, api.url, Line(out))
    login = Login.load(run)
    assert login is not None
    assert api.accounts == {login.user_name: login.password}
    assert [asked["spec"]["customers"] for asked in api.asked] == [10_000]
    for told in (api.url, login.user_name, login.password, "make down"):
        assert told in out.getvalue()


async def test_the_next_demo_uses_the_account_and_the_dataset(api: FakeApi, run: RunDir) -> None:
    await run_demo(run, api.url, Line(io.StringIO()))
    api.datasets = ["deleting", "ready"]
    await run_demo(run, api.url, Line(io.StringIO()))
    assert (len(api.accounts), len(api.asked)) == (1, 1)


async def test_a_dataset_that_is_not_ready_does_not_count(api: FakeApi, run: RunDir) -> None:
    api.datasets = ["failed"]
    await run_demo(run, api.url, Line(io.StringIO()))
    assert len(api.asked) == 1


async def test_an_account_that_is_gone_is_replaced(api: FakeApi, run: RunDir) -> None:
    lost = Login.fresh()
    lost.save(run)
    await run_demo(run, api.url, Line(io.StringIO()))
    assert lost.user_name not in api.accounts
    login = Login.load(run)
    assert login is not None
    assert api.accounts == {login.user_name: login.password}


@pytest.mark.parametrize("state", ["failed", "cancelled"])
async def test_a_job_that_does_not_complete_is_told_with_its_error(
    api: FakeApi, run: RunDir, state: str
) -> None:
    api.states = [state]
    with pytest.raises(LauncherError, match=f"ended as {state}: the disk is full"):
        await run_demo(run, api.url, Line(io.StringIO()))


async def test_a_job_that_takes_too_long_is_told_with_its_progress(api: FakeApi) -> None:
    api.states = ["running"]
    async with aiohttp.ClientSession(api.url) as session:
        with pytest.raises(LauncherError, match="not done after 0 s: generating: 10 of 40 rows"):
            await make_dataset(Api(session), 5, Line(io.StringIO()), seconds=0.05)


async def test_an_answer_of_another_status_is_told_with_its_text(api: FakeApi) -> None:
    async with aiohttp.ClientSession(api.url) as session:
        with pytest.raises(LauncherError, match=r"GET /api/datasets answered 401 instead of 200: .*sign in"):
            await Api(session).expect(200, "GET", "/api/datasets")


@pytest.mark.parametrize("path", ["/gone", "/"])
async def test_what_is_no_json_or_no_answer_is_a_plain_failure(api: FakeApi, path: str) -> None:
    url = api.url if path == "/gone" else "http://127.0.0.1:1"
    async with aiohttp.ClientSession(url) as session:
        with pytest.raises(LauncherError, match=f"GET {path} failed"):
            await Api(session).call("GET", path)
