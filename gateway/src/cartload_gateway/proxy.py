"""Forwarding: bodies stream through in both directions, none is held."""

import logging
from collections.abc import AsyncIterator, Mapping

import aiohttp
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from yarl import URL

from cartload_gateway.admission import Admitted
from cartload_gateway.headers import request_headers, response_headers
from cartload_gateway.routing import Upstream
from cartload_kit.errors import BadGateway, GatewayTimeout, Unavailable
from cartload_kit.tracing import current_traceparent

CHUNK_BYTES = 64 * 1024
_log = logging.getLogger(__name__)


class Relay(Response):
    """The answer of a service, passed on as it arrives."""

    def __init__(self, upstream: aiohttp.ClientResponse, headers: Mapping[str, str]) -> None:
        self.status_code = upstream.status
        self.background = None
        self.body = b""
        self._upstream = upstream
        kept = response_headers(upstream.headers.items())
        self.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in [*kept, *headers.items()]
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the status and headers, then every chunk as it comes."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        try:
            await send(start)
            async for chunk in self._upstream.content.iter_chunked(CHUNK_BYTES):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            # A fully read answer gives its connection back; anything else is cut.
            if self._upstream.content.at_eof():
                self._upstream.release()
            else:
                self._upstream.close()


class Proxy:
    """Forwards requests to the services over one bounded pool of connections."""

    def __init__(self, session: aiohttp.ClientSession, upstreams: Mapping[Upstream, str]) -> None:
        self._session = session
        self._upstreams = upstreams

    async def forward(self, request: Request, upstream: Upstream, admitted: Admitted) -> Relay:
        """Send a request on and begin to relay the answer.

        Raises:
            Unavailable: the service cannot be reached, or no connection is free.
            BadGateway: it broke off before it answered.
            GatewayTimeout: it did not answer in time.
        """
        try:
            answer = await self._session.request(
                request.method,
                URL(self._upstreams[upstream] + _target(request), encoded=True),
                headers=_headers(request, admitted),
                data=_body(request),
                allow_redirects=False,
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            _log.warning("%s cannot be reached: %s", upstream, type(error).__name__)
            raise Unavailable(f"The part that answers here ({upstream}) is away for now.") from error
        except TimeoutError as error:
            raise GatewayTimeout() from error
        except ClientDisconnect:
            raise
        except aiohttp.ClientError as error:
            _log.warning("%s broke off: %s", upstream, type(error).__name__)
            raise BadGateway(f"The part that answers here ({upstream}) broke off.") from error
        return Relay(answer, admitted.headers)


def new_session(*, connections: int, read_seconds: float) -> aiohttp.ClientSession:
    """The pool: bounded, no cookies kept, nothing decompressed, no redirect followed."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=30),
        timeout=aiohttp.ClientTimeout(total=None, connect=5, sock_connect=3, sock_read=read_seconds),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )


def _target(request: Request) -> str:
    raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    target = raw_path.partition(b"?")[0].decode("latin-1")
    return f"{target}?{query.decode('latin-1')}" if query else target


def _headers(request: Request, admitted: Admitted) -> list[tuple[str, str]]:
    kept = [(n, v) for n, v in request_headers(request.headers.items()) if n != "authorization"]
    if admitted.authorization is not None:
        kept.append(("Authorization", admitted.authorization))
    if (length := request.headers.get("content-length")) is not None:
        kept.append(("Content-Length", length))
    return [
        *kept,
        ("Host", request.headers.get("host", "")),
        ("X-Forwarded-For", admitted.address),
        ("X-Forwarded-Proto", request.scope["scheme"]),
        ("X-Request-Id", request.scope["request_id"]),
        ("traceparent", current_traceparent()),
    ]


def _body(request: Request) -> AsyncIterator[bytes] | None:
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    return request.stream() if has_body else None
