"""`/openapi.json`: merged from the services as they run now, and kept for a while."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from cartload_gateway.openapi import Document, merge
from cartload_kit.errors import Unavailable

KEEP_SECONDS = 60


class MergedDocument:
    """Reads each service's document when asked, at most once a minute. `clock` gives rising seconds."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        upstreams: Mapping[Any, str],
        own: Document,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._session = session
        self._upstreams = upstreams
        self._own = own
        self._clock = clock
        self._kept: tuple[float, Document] | None = None

    async def read(self) -> Document:
        """The merged document.

        Raises:
            Unavailable: a service cannot give its part now.
        """
        if self._kept is None or self._clock() - self._kept[0] > KEEP_SECONDS:
            names = list(self._upstreams)
            found = await asyncio.gather(*(self._fetch(name) for name in names))
            self._kept = (self._clock(), merge(self._own, dict(zip(names, found, strict=True))))
        return self._kept[1]

    async def _fetch(self, name: str) -> Document:
        try:
            async with self._session.get(f"{self._upstreams[name]}/openapi.json") as answer:
                answer.raise_for_status()
                document: Document = await answer.json()
                return document
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"The part {name} is away, so the document is not whole.") from error
