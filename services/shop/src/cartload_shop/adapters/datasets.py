"""Datasets, asked of the generator and the writer with the token of the account that wants a shop."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp

from cartload_kit.bounded_body import BodyTooLong, read_at_most
from cartload_kit.errors import NotFound, Unavailable
from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector
from cartload_kit.tracing import current_traceparent

_SECONDS = 5.0
_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """What a shop needs to know of the dataset that it is opened on."""

    name: str
    state: str
    spec: dict[str, Any]
    vintage: int
    segments: list[dict[str, int]]
    targets: list[str]
    rows: dict[str, int]
    """Of each table, as far as jobs have ended."""

    database: str | None
    """None where the dataset has no tables in MySQL."""


class Datasets:
    """Asks for datasets."""

    def __init__(self, session: aiohttp.ClientSession, generator_url: str, writer_url: str) -> None:
        self._session = session
        self._generator = generator_url
        self._writer = writer_url

    async def find(self, dataset_id: UUID, token: str) -> StoredDataset:
        """Read a dataset of the account. Raises NotFound, and Unavailable when a service gives no answer."""
        told = await self._read(f"{self._generator}/api/datasets/{dataset_id}", token)
        if told is None:
            raise NotFound("There is no such dataset.")
        reached = None
        if "mysql" in told["targets"]:
            # 409 while nothing is stored yet: what is not ready has no shop anyway.
            reached = await self._read(f"{self._writer}/api/datasets/{dataset_id}/connection", token)
        return StoredDataset(
            name=told["name"],
            state=told["state"],
            spec=told["spec"],
            vintage=told["vintage"],
            segments=told["segments"],
            targets=told["targets"],
            rows=told["tables"],
            database=None if reached is None else reached["database"],
        )

    async def _read(self, url: str, token: str) -> dict[str, Any] | None:
        headers = {"Authorization": f"Bearer {token}", "traceparent": current_traceparent()}
        try:
            async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status in (404, 409):
                    return None
                if answer.status != 200:
                    raise _unreadable()
                found = json.loads(await read_at_most(answer, _MOST_BYTES))
        except (TimeoutError, aiohttp.ClientError, BodyTooLong, json.JSONDecodeError) as error:
            raise _unreadable() from error
        if not isinstance(found, dict):
            raise _unreadable()
        return found


def _unreadable() -> Unavailable:
    return Unavailable("The dataset cannot be read now.")


def new_session(proxy: Proxy | None = None) -> aiohttp.ClientSession:
    """A client for the two services, with bounded times and no memory of cookies."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS, connect=2)
    return aiohttp.ClientSession(
        connector=connector(proxy), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    )
