"""The services that have data of accounts, asked over HTTP with a token of the account that it is about."""

from collections.abc import Sequence

import aiohttp

from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector
from cartload_kit.tracing import current_traceparent

_SECONDS = 5.0


class NotTaken(Exception):
    """A service did not take an order."""


class DataOwners:
    """Orders to the services that have data of accounts."""

    def __init__(self, session: aiohttp.ClientSession, urls: Sequence[str]) -> None:
        self._session = session
        self._urls = urls

    async def delete_owner(self, token: str) -> None:
        """Have all that an account owns deleted; each answers once that is noted, and goes on by itself.

        Raises:
            NotTaken: one is away, or refuses. To ask all of them again is harmless.
        """
        for url in self._urls:
            await self._delete_owner(url, token)

    async def _delete_owner(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "traceparent": current_traceparent()}
        try:
            async with self._session.delete(
                f"{url}/internal/owner", headers=headers, allow_redirects=False
            ) as answer:
                if answer.status != 204:
                    raise NotTaken(f"{url} answered {answer.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NotTaken(f"{url} cannot be reached") from error


def new_session(proxy: Proxy | None = None) -> aiohttp.ClientSession:
    """A client for these services, with bounded times and no memory of cookies."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS, connect=2)
    return aiohttp.ClientSession(
        connector=connector(proxy), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    )
