"""A user's jobs and streams that have not ended, asked of the generator with the user's own token."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from tenacity import AsyncRetrying, RetryCallState, RetryError, retry_if_exception_type, stop_after_attempt

from cartload_contracts.jobs import UNFINISHED
from cartload_contracts.streams import OPEN
from cartload_kit.backoff import Backoff
from cartload_kit.bounded_body import BodyTooLong, read_at_most
from cartload_kit.describe_error import describe_error
from cartload_kit.logging import get_logger
from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector
from cartload_kit.tracing import current_traceparent
from cartload_notifier.domain.close_codes import CloseCode, Closed
from cartload_notifier.domain.update import Kind, Update

_PAGE, _MOST_PAGES = 100, 10
_ATTEMPTS = 3
_BACKOFF = Backoff(first=0.5, longest=1.0)
_SECONDS = 5.0
_MOST_BYTES = 4 * 2**20
_STATES: dict[Kind, str] = {"job": ",".join(UNFINISHED), "stream": ",".join(OPEN)}
_log = get_logger(__name__)


class _NoAnswer(Exception):
    """The generator did not answer as it should."""


class Unfinished:
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
        self._urls: dict[Kind, str] = {
            "job": f"{generator_url}/api/jobs",
            "stream": f"{generator_url}/api/streams",
        }
        self._free = asyncio.Semaphore(at_once)
        self._backoff = backoff

    async def of_user(self, token: str) -> AsyncIterator[Update]:
        """The jobs that have not ended, newest first, then the streams.

        Raises:
            Closed: the token is not taken, or the generator cannot be asked.
        """
        for kind in self._urls:
            async for update in self._of_kind(kind, token):
                yield update

    async def _of_kind(self, kind: Kind, token: str) -> AsyncIterator[Update]:
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._page(kind, token, cursor)
            for update in _updates(kind, page):
                yield update
            cursor = page.get("next")
            if cursor is None:
                return

    async def _page(self, kind: Kind, token: str, cursor: str | None) -> dict[str, Any]:
        # A new one each time: it keeps the state of the call that it repeats.
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((_NoAnswer, TimeoutError, aiohttp.ClientError)),
            wait=self._backoff,
            stop=stop_after_attempt(_ATTEMPTS),
            after=_log_failure,
        )
        try:
            return await retrying(self._ask_in_turn, kind, token, cursor)
        except RetryError:
            raise _unreadable() from None

    async def _ask_in_turn(self, kind: Kind, token: str, cursor: str | None) -> dict[str, Any]:
        async with asyncio.timeout(2 * _SECONDS), self._free:
            return await self._ask(kind, token, cursor)

    async def _ask(self, kind: Kind, token: str, cursor: str | None) -> dict[str, Any]:
        query = {"state": _STATES[kind], "limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
        headers = {"Authorization": f"Bearer {token}", "traceparent": current_traceparent()}
        async with self._session.get(
            self._urls[kind], params=query, headers=headers, allow_redirects=False
        ) as answer:
            if answer.status == 401:
                raise Closed(CloseCode.TOKEN, "the token has ended")
            if answer.status == 404 and kind == "stream":
                # A generator of the release before, during an upgrade.
                return {"items": []}
            if answer.status != 200:
                raise _NoAnswer(f"status {answer.status}")
            try:
                return _object(await read_at_most(answer, _MOST_BYTES))
            except BodyTooLong as error:
                raise _NoAnswer(str(error)) from error


def new_session(proxy: Proxy | None = None) -> aiohttp.ClientSession:
    """A client for the generator, with bounded times and no memory of cookies."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS, connect=2)
    return aiohttp.ClientSession(
        connector=connector(proxy), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    )


def _log_failure(call: RetryCallState) -> None:
    error = call.outcome.exception() if call.outcome else None
    if error is not None:
        _log.warning("the generator gave no jobs or streams: %s", describe_error(error))


def _object(body: bytes) -> dict[str, Any]:
    try:
        page = json.loads(body)
    except ValueError as error:
        raise _NoAnswer("the answer is not JSON") from error
    if not isinstance(page, dict) or not isinstance(page.get("items"), list):
        raise _NoAnswer("the answer is no list")
    return page


def _updates(kind: Kind, page: dict[str, Any]) -> list[Update]:
    try:
        return [Update.of_answer(kind, item) for item in page["items"]]
    except (ValueError, AttributeError) as error:
        _log.error("the generator gave something that is no %s: %s", kind, error)
        raise _unreadable() from error


def _unreadable() -> Closed:
    return Closed(CloseCode.TRY_AGAIN, "jobs and streams cannot be read now, connect again")
