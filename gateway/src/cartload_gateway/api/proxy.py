"""Forwarding: a request is sent on when its body is there, and the answer streams back."""

from io import BytesIO

from starlette.requests import Request

from cartload_gateway.adapters.upstreams import Upstreams
from cartload_gateway.api.admission import Admitted
from cartload_gateway.api.bodies import BodyReader
from cartload_gateway.api.streams import UpstreamStream, unless_client_leaves
from cartload_gateway.domain.headers import request_headers, response_headers
from cartload_gateway.domain.routing import Upstream, lane_of
from cartload_kit.tracing import current_traceparent


class Proxy:
    """Forwards requests to the services."""

    def __init__(self, upstreams: Upstreams, bodies: BodyReader) -> None:
        self._upstreams = upstreams
        self._bodies = bodies

    async def forward(self, request: Request, upstream: Upstream, admitted: Admitted) -> UpstreamStream:
        """Send a request on and begin to relay the answer. Raises what `Upstreams.request` raises."""
        body = await self._bodies.read(request, admitted)
        lane = lane_of(upstream, request.scope["path"], request.headers.getlist("prefer"))
        asking = self._upstreams.request(
            upstream,
            lane,
            request.method,
            _target(request),
            headers=_headers(request, admitted),
            # aiohttp sends a file in pieces; bytes it would write at once, and copy them for that.
            data=BytesIO(body) if body else None,
        )
        answer = await unless_client_leaves(request, asking)
        headers = [*response_headers(answer.headers.items()), *admitted.headers.items()]
        return UpstreamStream(upstream, answer, answer.status, headers)


def _target(request: Request) -> str:
    # The path as the client wrote it: decoded and encoded again, an encoded slash would become a real one.
    raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    target = raw_path.partition(b"?")[0].decode("latin-1")
    return f"{target}?{query.decode('latin-1')}" if query else target


def _headers(request: Request, admitted: Admitted) -> list[tuple[str, str]]:
    kept = [(n, v) for n, v in request_headers(request.headers.items()) if n != "authorization"]
    if admitted.authorization is not None:
        kept.append(("Authorization", admitted.authorization))
    # HTTP/1.0 has no Host: the client's is sent on where there is one, since auth compares it with Origin.
    host = request.headers.get("host")
    return [
        *kept,
        *([] if host is None else [("Host", host)]),
        ("X-Forwarded-For", admitted.address),
        ("X-Forwarded-Proto", request.scope["scheme"]),
        ("X-Request-Id", request.scope["request_id"]),
        ("traceparent", current_traceparent()),
    ]
