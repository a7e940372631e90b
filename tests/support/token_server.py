"""A token server of OAuth 2.0 as small as can be."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

type Answer = Callable[[int], web.StreamResponse]


class TokenServer:
    """Answers each request for a token, counted from 1, as it is told; keeps what was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[dict[str, Any]] = []
        self.url = ""

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        form = dict(await request.post())
        self.asked.append({"who": request.headers["Authorization"], **form})
        return self._answer(len(self.asked))


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[TokenServer]:
    """A server on a port that the system chose, until the block ends."""
    found = TokenServer(answer)
    runner = web.ServerRunner(web.Server(found))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
        yield found
    finally:
        await runner.cleanup()
