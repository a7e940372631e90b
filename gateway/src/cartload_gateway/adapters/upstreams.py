"""The services behind the gateway: one bounded pool of connections for each kind of request."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from cartload_gateway.domain.routing import Lane, Upstream
from cartload_gateway.metrics import UPSTREAM_CONNECTIONS, UPSTREAM_FAILURES, UPSTREAM_REQUESTS
from cartload_kit.errors import BadGateway, GatewayTimeout, Unavailable
from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector
from cartload_kit.published_limits import Usage

_LONGEST_ANSWER_LINE = 64 * 1024
"""A `Link` header repeats the query of its request, so it may be longer than aiohttp's 8 KiB."""

# aiohttp's pool lets any number wait for a connection. With these at most as many wait as are answered; the
# rest hear 503 at once, rather than time out one after the other.
_QUEUE_FOR_EACH_CONNECTION = 2
_NOT_REACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class Upstreams:
    """Sends requests to the services.

    Each lane has a pool of its own: a request that waits for a job, or a client that reads a download slowly,
    holds a connection for long, and must not hold one that sign-in or a page needs.
    """

    def __init__(
        self,
        urls: Mapping[Upstream, str],
        sessions: Mapping[Lane, aiohttp.ClientSession],
        limits: Mapping[Lane, int],
    ) -> None:
        self.urls = urls
        self._sessions = sessions
        self._limits = limits
        self._asking = dict.fromkeys(limits, 0)
        for lane, connections in limits.items():
            UPSTREAM_CONNECTIONS.labels(lane).set(connections)

    def usage(self, lane: Lane) -> Usage:
        """How many requests of a lane have a connection or wait for one."""
        return Usage(self._limits[lane], self._asking[lane])

    async def request(
        self, upstream: Upstream, lane: Lane, method: str, target: str, **more: Any
    ) -> aiohttp.ClientResponse:
        """Send a request; the caller reads the answer and closes it. ``target`` is taken as it is written.

        Raises:
            Unavailable: the service cannot be reached, or too many wait for a connection.
            BadGateway: it broke off before it answered.
            GatewayTimeout: it did not answer in time.
        """
        if self._asking[lane] >= self._limits[lane] * _QUEUE_FOR_EACH_CONNECTION:
            UPSTREAM_FAILURES.labels(upstream, "full").inc()
            raise Unavailable(f"Too many requests wait for the part that answers here ({upstream}).")
        self._asking[lane] += 1
        UPSTREAM_REQUESTS.labels(lane).inc()
        try:
            url = URL(self.urls[upstream] + target, encoded=True)
            return await self._sessions[lane].request(method, url, allow_redirects=False, **more)
        except _NOT_REACHED as error:
            UPSTREAM_FAILURES.labels(upstream, "away").inc()
            raise Unavailable(f"The part that answers here ({upstream}) is away for now.") from error
        except TimeoutError as error:
            UPSTREAM_FAILURES.labels(upstream, "timeout").inc()
            raise GatewayTimeout() from error
        except aiohttp.ClientError as error:
            UPSTREAM_FAILURES.labels(upstream, "broken").inc()
            raise BadGateway(f"The part that answers here ({upstream}) broke off.") from error
        finally:
            self._asking[lane] -= 1
            UPSTREAM_REQUESTS.labels(lane).dec()


@asynccontextmanager
async def open_upstreams(
    urls: Mapping[Upstream, str],
    connections: Mapping[Lane, int],
    read_seconds: float,
    proxy: Proxy | None = None,
) -> AsyncIterator[Upstreams]:
    """The services at ``urls``, with at most ``connections`` for each lane."""
    async with AsyncExitStack() as stack:
        sessions = {
            lane: await stack.enter_async_context(_session(limit, read_seconds, proxy))
            for lane, limit in connections.items()
        }
        yield Upstreams(urls, sessions, connections)


def _session(connections: int, read_seconds: float, proxy: Proxy | None) -> aiohttp.ClientSession:
    """A pool: bounded, no cookies kept, nothing decompressed, no header added."""
    return aiohttp.ClientSession(
        # Shorter than the 75 s after which the services close an idle connection: a request that is sent as
        # the other side closes is lost, and a POST cannot be sent again.
        connector=connector(proxy, limit=connections, keepalive_timeout=30),
        # No limit in all: a download may take hours. What counts is the wait for the next bytes.
        timeout=aiohttp.ClientTimeout(total=None, connect=5, sock_connect=3, sock_read=read_seconds),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        max_line_size=_LONGEST_ANSWER_LINE,
        max_field_size=_LONGEST_ANSWER_LINE,
    )
