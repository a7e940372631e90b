"""The generator, asked over HTTP with an access token of the account that it is about."""

import aiohttp

from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector
from cartload_kit.tracing import current_traceparent

_SECONDS = 5.0


class NotTaken(Exception):
    """The generator did not take an order."""


class Generator:
    """Orders to the generator."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def delete_owner(self, token: str) -> None:
        """Have all datasets of an account deleted; it answers once that is noted, and goes on by itself.

        Raises:
            NotTaken: it is away, or refuses.
        """
        headers = {"Authorization": f"Bearer {token}", "traceparent": current_traceparent()}
        url = f"{self._url}/internal/owner"
        try:
            async with self._session.delete(url, headers=headers, allow_redirects=False) as answer:
                if answer.status != 204:
                    raise NotTaken(f"the generator answered {answer.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NotTaken("the generator cannot be reached") from error


def new_session(proxy: Proxy | None = None) -> aiohttp.ClientSession:
    """A client for the generator, with bounded times and no memory of cookies."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS, connect=2)
    return aiohttp.ClientSession(
        connector=connector(proxy), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    )
