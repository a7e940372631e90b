"""All services in one small app: it answers what a test tells it to, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
BIG_BYTES = 64 * 1024 * 1024


@dataclass
class Asked:
    """One request as a service saw it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeServices:
    """Answers by `METHOD path`; anything else is echoed."""

    jwks: dict[str, Any]
    answers: dict[str, Callable[[Asked], Response]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    refused_socket: int | None = None
    held: set[str] = field(default_factory=set)
    """`METHOD path` that are answered to nobody who prefers to wait."""
    open_now: dict[str, int] = field(default_factory=dict)
    """How many requests and WebSockets of a path are being served."""
    closed_sockets: list[int] = field(default_factory=list)
    """The codes that WebSockets at `/ws/jobs` were closed with."""

    def answer(self, call: str, body: Any, status: int = 200, **headers: str) -> None:
        """Answer `METHOD path` with JSON."""
        self.answers[call] = lambda _: JSONResponse(body, status, headers=headers)

    def calls(self, call: str) -> list[Asked]:
        """The requests of `METHOD path` so far."""
        return [asked for asked in self.asked if f"{asked.method} {asked.path}" == call]

    def app(self) -> Starlette:
        """The app to serve."""
        return Starlette(
            routes=[
                Route("/.well-known/jwks.json", lambda _: JSONResponse(self.jwks)),
                Route("/api/datasets/big/export", self._big),
                Route("/api/datasets/broken/export", self._broken),
                Route("/api/datasets/endless/tables/users/export", self._endless),
                Route("/api/jobs/slow", self._slow),
                WebSocketRoute("/ws/jobs", self._socket),
                WebSocketRoute("/ws/echo", self._echo),
                Route("/{path:path}", self._any, methods=METHODS),
            ]
        )

    async def _any(self, request: Request) -> Response:
        asked = Asked(
            request.method,
            request.url.path,
            request.url.query,
            dict(request.headers.items()),
            await request.body(),
        )
        self.asked.append(asked)
        if "wait" in asked.headers.get("prefer", "") and f"{asked.method} {asked.path}" in self.held:
            await self.hold(request)
        if asked.body and asked.headers.get("content-type") != "application/json":
            return JSONResponse({"title": "Not JSON", "status": 415, "detail": "as the real ones do"}, 415)
        made = self.answers.get(f"{asked.method} {asked.path}")
        if made is not None:
            return made(asked)
        response = JSONResponse(
            {"path": asked.path, "query": asked.query, "body": asked.body.decode("latin-1")}
        )
        response.headers.append("Set-Cookie", "a=1")
        response.headers.append("Set-Cookie", "b=2")
        response.headers["Connection"] = "X-Hop"
        response.headers["X-Hop"] = "only this hop"
        return response

    async def _big(self, request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(BIG_BYTES // 65536):
                yield b"x" * 65536

        return StreamingResponse(chunks(), media_type="text/csv")

    async def _broken(self, request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"x" * 1000
            raise ConnectionResetError

        return StreamingResponse(chunks(), headers={"Content-Length": "2000"})

    async def _endless(self, request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            with self._counted(request.url.path):
                while True:
                    yield b"x" * 65536
                    await asyncio.sleep(0)

        return StreamingResponse(chunks(), media_type="text/csv")

    async def _slow(self, request: Request) -> Response:
        await self.hold(request)
        return Response()

    async def hold(self, request: Request) -> None:
        """Wait until the client leaves."""
        with self._counted(request.url.path):
            while (await request.receive())["type"] != "http.disconnect":
                pass

    @contextmanager
    def _counted(self, path: str) -> Iterator[None]:
        self.open_now[path] = self.open_now.get(path, 0) + 1
        try:
            yield
        finally:
            self.open_now[path] -= 1

    async def open_when(self, path: str, count: int) -> None:
        """Return when that many of a path are being served; within 30 s."""
        async with asyncio.timeout(30):
            while self.open_now.get(path, 0) != count:  # noqa: ASYNC110 - counts go up and down
                await asyncio.sleep(0.005)

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        if self.refused_socket is not None:
            await socket.close(self.refused_socket, "refused")
            return
        with self._counted("/ws/jobs"):
            try:
                while True:
                    await socket.send_text(f"echo {await socket.receive_text()}")
            except WebSocketDisconnect as disconnect:
                self.closed_sockets.append(disconnect.code)

    async def _echo(self, socket: WebSocket) -> None:
        await socket.accept()
        while (message := await socket.receive())["type"] == "websocket.receive":
            await socket.send({**message, "type": "websocket.send"})
