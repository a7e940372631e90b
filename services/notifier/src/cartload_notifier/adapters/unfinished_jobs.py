"""The unfinished jobs of a user, asked of the generator with the user's own token."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from tenacity import AsyncRetrying, RetryCallState, RetryError, retry_if_exception_type, stop_after_attempt

from cartload_contracts.jobs import UNFINISHED
from cartload_kit.backoff import Backoff
from cartload_kit.describe_error import describe_error
from cartload_kit.logging import get_logger
from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector
from cartload_kit.tracing import current_traceparent
from cartload_notifier.domain.close_codes import CloseCode, Closed
from cartload_notifier.domain.job_update import JobUpdate

_PAGE, _MOST_PAGES = 100, 10
_ATTEMPTS = 3
_BACKOFF = Backoff(first=0.5, longest=1.0)
_SECONDS = 5.0
_MOST_BYTES = 4 * 2**20
_log = get_logger(__name__)


class _NoAnswer(Exception):
    """The generator did not answer as it should."""


class UnfinishedJobs:
    """Asks the generator; at most `at_once` questions at a time, however many clients come back together."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        generator_url: str,
        *,
        at_once: int = 16,
        backoff: Backoff = _BACKOFF,
    ) -> None:
        self._session = session
        self._url = f"{generator_url}/api/jobs"
        self._free = asyncio.Semaphore(at_once)
        self._backoff = backoff

    async def unfinished(self, token: str) -> AsyncIterator[JobUpdate]:
        """The jobs that have not ended, newest first.

        Raises:
            Closed: the token is not taken, or the generator cannot be asked.
        """
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._page(token, cursor)
            for update in _updates(page):
                yield update
            cursor = page.get("next")
            if cursor is None:
                return

    async def _page(self, token: str, cursor: str | None) -> dict[str, Any]:
        # A new one each time: it keeps the state of the call that it repeats.
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((_NoAnswer, TimeoutError, aiohttp.ClientError)),
            wait=self._backoff,
            stop=stop_after_attempt(_ATTEMPTS),
            after=_log_failure,
        )
        try:
            return await retrying(self._ask_in_turn, token, cursor)
        except RetryError:
            raise _unreadable() from None

    async def _ask_in_turn(self, token: str, cursor: str | None) -> dict[str, Any]:
        async with asyncio.timeout(2 * _SECONDS), self._free:
            return await self._ask(token, cursor)

    async def _ask(self, token: str, cursor: str | None) -> dict[str, Any]:
        query = {"state": ",".join(UNFINISHED), "limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
        headers = {"Authorization": f"Bearer {token}", "traceparent": current_traceparent()}
        async with self._session.get(
            self._url, params=query, headers=headers, allow_redirects=False
        ) as answer:
            if answer.status == 401:
                raise Closed(CloseCode.TOKEN, "the token has ended")
            if answer.status != 200:
                raise _NoAnswer(f"status {answer.status}")
            return _object(await _read(answer))


def new_session(proxy: Proxy | None = None) -> aiohttp.ClientSession:
    """A client for the generator, with bounded times and no memory of cookies."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS, connect=2)
    return aiohttp.ClientSession(
        connector=connector(proxy), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    )


def _log_failure(call: RetryCallState) -> None:
    error = call.outcome.exception() if call.outcome else None
    if error is not None:
        _log.warning("the generator gave no jobs: %s", describe_error(error))


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    chunks, size = [], 0
    async for chunk in answer.content.iter_chunked(65536):
        size += len(chunk)
        if size > _MOST_BYTES:
            raise _NoAnswer("the answer is too long")
        chunks.append(chunk)
    return b"".join(chunks)


def _object(body: bytes) -> dict[str, Any]:
    try:
        page = json.loads(body)
    except ValueError as error:
        raise _NoAnswer("the answer is not JSON") from error
    if not isinstance(page, dict) or not isinstance(page.get("items"), list):
        raise _NoAnswer("the answer is no list of jobs")
    return page


def _updates(page: dict[str, Any]) -> list[JobUpdate]:
    try:
        return [JobUpdate.of_answer(job) for job in page["items"]]
    except (ValueError, AttributeError) as error:
        _log.error("the generator gave something that is no job: %s", error)
        raise _unreadable() from error


def _unreadable() -> Closed:
    return Closed(CloseCode.TRY_AGAIN, "the jobs cannot be read now, connect again")
