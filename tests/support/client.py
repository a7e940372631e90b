"""A signed-in user of the running system, as a script would be: REST and WebSocket through the gateway."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

ENDED = ("completed", "cancelled", "failed")
TABLES = (
    "categories",
    "sub_categories",
    "products",
    "products_skus",
    "distribution_centers",
    "inventory_items",
    "users",
    "addresses",
    "order_details",
    "order_item",
    "payment_details",
    "wishlist",
    "reviews",
    "sessions",
    "events",
)


@dataclass(frozen=True)
class Answer:
    """A whole answer: JSON where it is JSON, else bytes."""

    status: int
    body: Any
    headers: Mapping[str, str]


class User:
    """One account with a token; every call goes through the gateway."""

    def __init__(self, http: aiohttp.ClientSession, name: str, password: str) -> None:
        self.http = http
        self.name = name
        self.password = password
        self.token = ""
        self.id = ""

    async def call(self, method: str, path: str, **more: Any) -> Answer:
        """Make one call with the user's token."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= more.pop("headers", {})
        async with self.http.request(method, path, headers=headers, **more) as answer:
            is_json = "json" in answer.content_type and "jsonl" not in answer.content_type
            body = await (answer.json(content_type=None) if is_json else answer.read())
            return Answer(answer.status, body, answer.headers)

    async def get(self, path: str, **more: Any) -> Any:
        """The JSON at a path that must answer 200."""
        answer = await self.call("GET", path, **more)
        assert answer.status == 200, (path, answer.status, answer.body)
        return answer.body

    async def sign_up(self) -> None:
        """Open the account and sign in."""
        credentials = {"user_name": self.name, "password": self.password}
        registered = await self.call("POST", "/api/auth/register", json=credentials)
        assert registered.status == 201, registered.body
        await self.sign_in()

    async def sign_in(self) -> None:
        """Get a fresh access token."""
        credentials = {"user_name": self.name, "password": self.password}
        signed_in = await self.call("POST", "/api/auth/login", json={**credentials, "refresh_in": "body"})
        assert signed_in.status == 200, signed_in.body
        self.token = signed_in.body["access_token"]
        self.id = signed_in.body["user"]["id"]

    async def start_job(self, wait: float = 0, **spec: Any) -> Any:
        """Ask for a dataset; with `wait`, hold on for its end."""
        headers = {"Prefer": f"wait={wait:g}"} if wait else {}
        answer = await self.call("POST", "/api/jobs", json={"spec": spec}, headers=headers)
        assert answer.status in (200, 202), answer.body
        return answer.body

    async def finish_job(self, job_id: str, seconds: float = 90) -> Any:
        """The job when it has ended, whatever its end."""
        return await self.job_when(job_id, lambda job: job["state"] in ENDED, seconds)

    async def job_when(self, job_id: str, is_so: Any, seconds: float = 60) -> Any:
        """The job as soon as the condition holds for it."""
        return await self.when(f"/api/jobs/{job_id}", is_so, seconds)

    async def when(self, path: str, is_so: Any, seconds: float = 60) -> Any:
        """What is at a path as soon as the condition holds for it."""
        found: Any = None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    found = await self.get(path)
                    if is_so(found):
                        return found
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{path} is still {found}") from None

    async def make_dataset(self, **spec: Any) -> Any:
        """A ready dataset; gives its finished job."""
        job = await self.start_job(wait=30, **spec)
        job = await self.finish_job(job["id"])
        assert job["state"] == "completed", job
        return job

    async def open_shop(self, dataset_id: str) -> Any:
        """A shop in business on a dataset."""
        answer = await self.call("POST", "/api/shops", json={"dataset_id": dataset_id})
        assert answer.status == 202, answer.body
        shop = await self.when(f"/api/shops/{answer.body['id']}", lambda shop: shop["state"] != "opening")
        assert shop["state"] == "open", shop
        return shop


@asynccontextmanager
async def signed_up(base_url: str) -> AsyncIterator[User]:
    """A new user of the running system."""
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(base_url, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        user = User(http, f"user-{secrets.token_hex(6)}", secrets.token_urlsafe(12))
        await user.sign_up()
        yield user
