"""The demo: an account with a random password, one dataset, and where to look at it."""

import asyncio
import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp

from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir, write_private
from cartload_dev.progress import Line

CUSTOMERS = 10_000
POLL_SECONDS = 0.3
JOB_SECONDS = 240.0
FINISHED = {"completed", "failed", "cancelled"}


@dataclass(frozen=True)
class Login:
    """The demo's account, kept with mode 600."""

    user_name: str
    password: str

    @classmethod
    def load(cls, run: RunDir) -> "Login | None":
        """Return the account that an earlier demo made here."""
        if not run.login.exists():
            return None
        return cls(**json.loads(run.login.read_text(encoding="utf-8")))

    @classmethod
    def fresh(cls) -> "Login":
        """Return a new account's name and password, from the system's randomness."""
        return cls(f"demo-{secrets.token_hex(3)}", secrets.token_urlsafe(12))

    def save(self, run: RunDir) -> None:
        """Keep it for the next time."""
        write_private(run.login, json.dumps(asdict(self), indent=2) + "\n")


class Api:
    """The few calls that the demo makes, through the gateway like everybody else."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._headers: dict[str, str] = {}

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Return status and JSON of an answer; raises LauncherError when there is none."""
        try:
            async with self._session.request(
                method, path, json=body, headers={**self._headers, **headers}
            ) as answer:
                return answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise LauncherError(f"{method} {path} failed: {error!r}") from error

    async def expect(self, status: int, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Return the JSON of an answer; raises LauncherError when its status is another."""
        got, answer = await self.call(method, path, body, **headers)
        if got != status:
            raise LauncherError(f"{method} {path} answered {got} instead of {status}: {answer}")
        return answer

    async def sign_in(self, login: Login) -> bool:
        """Sign in; return whether the account was accepted."""
        status, answer = await self.call("POST", "/api/auth/login", asdict(login))
        if status == 200:
            self._headers = {"Authorization": f"Bearer {answer['access_token']}"}
        return status == 200


async def run_demo(run: RunDir, url: str, line: Line) -> None:
    """Sign in (with a new account where needed), make the dataset where there is none, and say where it is.

    Raises LauncherError when the system does not do as it should.
    """
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(url, timeout=timeout) as session:
        api = Api(session)
        login = await _account(api, run)
        if await _has_dataset(api):
            line.log("The demo's dataset is there already.")
        else:
            await make_dataset(api, CUSTOMERS, line)
    line.log(
        f"\n  Open      {url}\n  User      {login.user_name}\n  Password  {login.password}"
        f"    (kept in {run.login})\n\n  Stop with `make down`; `make clean` deletes everything."
    )


async def make_dataset(api: Api, customers: int, line: Line, seconds: float = JOB_SECONDS) -> None:
    """Ask for a dataset and show how it grows; raises LauncherError when its job does not get done."""
    line.log(f"Making a dataset of {customers:,} customers")
    job = await api.expect(202, "POST", "/api/jobs", {"spec": {"name": "Demo", "customers": customers}})
    try:
        async with asyncio.timeout(seconds):
            while job["state"] not in FINISHED:
                line.update(f"  {describe(job)}")
                await asyncio.sleep(POLL_SECONDS)
                job = await api.expect(200, "GET", f"/api/jobs/{job['id']}")
    except TimeoutError:
        raise LauncherError(f"the demo's job was not done after {seconds:.0f} s: {describe(job)}") from None
    if job["state"] != "completed":
        raise LauncherError(f"the demo's job ended as {job['state']}: {job['error']}")
    line.log(f"  {describe(job)}")


def describe(job: dict[str, Any]) -> str:
    """Return a job's progress in a line."""
    rows = f"{job['rows_done']:,} of {job['rows_total']:,} rows"
    return f"{job['phase'] or job['state']}: {rows}"


async def _account(api: Api, run: RunDir) -> Login:
    kept = Login.load(run)
    if kept is not None and await api.sign_in(kept):
        return kept
    login = Login.fresh()
    await api.expect(201, "POST", "/api/auth/register", asdict(login))
    login.save(run)
    if not await api.sign_in(login):
        raise LauncherError("the new demo account cannot sign in")
    return login


async def _has_dataset(api: Api) -> bool:
    datasets = await api.expect(200, "GET", "/api/datasets")
    return any(dataset["state"] == "ready" for dataset in datasets["items"])
