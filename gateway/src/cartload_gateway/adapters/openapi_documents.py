"""`/openapi.json`: merged from the services as they run now, and kept for a while."""

import asyncio
from collections.abc import Callable

import aiohttp

from cartload_gateway.adapters.upstreams import Upstreams
from cartload_gateway.domain.openapi import Document, merge
from cartload_gateway.domain.routing import ROUTED, Upstream
from cartload_kit.errors import Unavailable

KEEP_SECONDS = 60


class MergedDocument:
    """Reads each service's document when asked, at most once a minute. `clock` gives rising seconds."""

    def __init__(
        self,
        upstreams: Upstreams,
        own: Document,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._upstreams = upstreams
        self._own = own
        self._clock = clock
        self._kept: tuple[float, Document] | None = None
        self._reading = asyncio.Lock()

    async def read(self) -> Document:
        """The merged document.

        Raises:
            Unavailable: a service cannot give its part now.
        """
        # Many may ask at the same time for what is not there yet: the first reads it, the others wait.
        async with self._reading:
            if self._kept is None or self._clock() - self._kept[0] > KEEP_SECONDS:
                names = [name for name in self._upstreams.urls if name in ROUTED]
                found = await asyncio.gather(*(self._fetch(name) for name in names))
                self._kept = (self._clock(), merge(self._own, dict(zip(names, found, strict=True))))
            return self._kept[1]

    async def _fetch(self, name: Upstream) -> Document:
        try:
            async with await self._upstreams.request(name, name, "GET", "/openapi.json") as answer:
                answer.raise_for_status()
                document: Document = await answer.json()
                return document
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"The part {name} is away, so the document is not whole.") from error
