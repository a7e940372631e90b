"""Calls to the services on a caller's behalf; what a service refuses reaches the caller unchanged."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from cartload_gateway.admission import Admitted
from cartload_gateway.routing import Upstream
from cartload_kit.errors import BadGateway, FieldError, GatewayTimeout, Problem, Unavailable
from cartload_kit.tracing import current_traceparent


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer that was no error."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


class Services:
    """The services as one caller sees them: every call carries the caller's token and address."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        upstreams: Mapping[Upstream, str],
        admitted: Admitted,
        request_id: str,
    ) -> None:
        self._session = session
        self._upstreams = upstreams
        self._admitted = admitted
        self._request_id = request_id

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
        async with self.open(upstream, method, path, body=body, query=query, headers=headers) as answer:
            found = await answer.json(content_type=None) if answer.status != 204 else {}
            return Answer(answer.status, found, answer.headers)

    @asynccontextmanager
    async def open(
        self,
        upstream: Upstream,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Call a service and leave its body to be streamed. Raises what `call` raises."""
        own = {"X-Forwarded-For": self._admitted.address, "X-Request-Id": self._request_id}
        if self._admitted.authorization is not None:
            own["Authorization"] = self._admitted.authorization
        if body is not None:
            own["Content-Type"] = "application/json"
        try:
            async with self._session.request(
                method,
                self._upstreams[upstream] + path,
                json=body,
                params=query,
                headers={**own, "traceparent": current_traceparent(), **(headers or {})},
                allow_redirects=False,
            ) as answer:
                if answer.status >= 400:
                    raise _problem(answer.status, await answer.json(content_type=None))
                yield answer
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable("A part that this needs is away for now.") from error
        except TimeoutError as error:
            raise GatewayTimeout() from error
        except (aiohttp.ClientError, json.JSONDecodeError) as error:
            raise BadGateway() from error


def _problem(status: int, body: Any) -> Problem:
    if not isinstance(body, dict):
        return BadGateway()
    known = {"type", "title", "status", "detail", "instance", "request_id", "errors"}
    errors = [FieldError(**error) for error in body["errors"]] if "errors" in body else None
    more = {name: value for name, value in body.items() if name not in known}
    return Problem(
        status,
        body.get("title", "Error"),
        body.get("detail", ""),
        type=body.get("type", "about:blank"),
        errors=errors,
        **more,
    )
