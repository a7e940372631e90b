"""Calls to the services on a caller's behalf; what a service refuses reaches the caller unchanged."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from starlette.requests import Request

from cartload_gateway.adapters.upstreams import Upstreams
from cartload_gateway.api.admission import Admitted
from cartload_gateway.api.streams import unless_client_leaves
from cartload_gateway.domain.headers import response_headers
from cartload_gateway.domain.routing import Upstream, lane_of
from cartload_kit.errors import BadGateway, FieldError, GatewayTimeout, Problem
from cartload_kit.tracing import current_traceparent

_SET_ANEW = frozenset({"content-type", "content-length", "content-encoding", "etag", "cache-control"})
"""Headers of a service's refusal that the gateway's own answer has anyway."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer that was no error."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


class Services:
    """The services as one caller sees them: every call carries the caller's token and address.

    A call ends when the caller leaves; the caller's own body must have been read before.
    """

    def __init__(self, upstreams: Upstreams, request: Request, admitted: Admitted) -> None:
        self._upstreams = upstreams
        self._request = request
        self._admitted = admitted

    @property
    def rate_limit(self) -> Mapping[str, str]:
        """The headers that tell the caller its rate limit."""
        return self._admitted.headers

    async def call(
        self,
        upstream: Upstream,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call a service and read its JSON.

        Raises:
            Problem: the service's own refusal, or that it cannot be reached.
        """
        calling = self._call(upstream, method, path, body, query, headers or {})
        return await unless_client_leaves(self._request, calling)

    async def _call(
        self,
        upstream: Upstream,
        method: str,
        path: str,
        body: object,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
    ) -> Answer:
        async with await self._send(upstream, method, path, body, query, headers) as answer:
            found = await _json_of(answer) if answer.status != 204 else {}
            return Answer(answer.status, found, answer.headers)

    async def open(self, upstream: Upstream, path: str) -> aiohttp.ClientResponse:
        """Call a service and leave its body to be streamed and closed. Raises what `call` raises."""
        return await unless_client_leaves(self._request, self._send(upstream, "GET", path, None, None, {}))

    async def _send(
        self,
        upstream: Upstream,
        method: str,
        path: str,
        body: object,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
    ) -> aiohttp.ClientResponse:
        lane = lane_of(upstream, path, [headers["Prefer"]] if "Prefer" in headers else [])
        answer = await self._upstreams.request(
            upstream, lane, method, path, json=body, params=query, headers=self._headers(body, headers)
        )
        if answer.status < 400:
            return answer
        async with answer:
            raise _problem(answer, await _json_of(answer))

    def _headers(self, body: object, headers: Mapping[str, str]) -> dict[str, str]:
        own = {
            "X-Forwarded-For": self._admitted.address,
            "X-Request-Id": self._request.scope["request_id"],
            "traceparent": current_traceparent(),
        }
        if self._admitted.authorization is not None:
            own["Authorization"] = self._admitted.authorization
        if body is not None:
            own["Content-Type"] = "application/json"
        return own | dict(headers)


async def _json_of(answer: aiohttp.ClientResponse) -> Any:
    try:
        # Problems are application/problem+json, which aiohttp would not take for JSON.
        return await answer.json(content_type=None)
    except TimeoutError as error:
        raise GatewayTimeout() from error
    except (aiohttp.ClientError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadGateway() from error


def _problem(answer: aiohttp.ClientResponse, body: Any) -> Problem:
    if not isinstance(body, dict):
        return BadGateway()
    known = {"type", "title", "status", "detail", "instance", "request_id", "errors"}
    errors = [FieldError(**error) for error in body["errors"]] if "errors" in body else None
    more = {name: value for name, value in body.items() if name not in known}
    # Such as Retry-After and WWW-Authenticate: a refusal is not whole without them.
    headers = {
        name: value
        for name, value in response_headers(answer.headers.items())
        if name.lower() not in _SET_ANEW
    }
    return Problem(
        answer.status,
        body.get("title", "Error"),
        body.get("detail", ""),
        type=body.get("type", "about:blank"),
        errors=errors,
        headers=headers,
        **more,
    )
