"""WebSockets that a peer who never reads cannot hold open."""

import asyncio
from collections.abc import Callable
from typing import override

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

ABORT_SECONDS = 5.0
"""A connection is cut this long after its handler is done, whatever still waits to be written."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol with two bounds more.

    Closing waits for the peer to read what was written, for ever: here it is cut in the end. And pings of a
    peer that does not read get no pongs, which would pile up. ``on_lost`` is called at the end.
    """

    # Without staticmethod the default would be bound to the object and called with it.
    on_lost: Callable[[], None] = staticmethod(lambda: None)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the connection is gone."""
        super().connection_lost(exc)
        self.on_lost()

    @override
    def handle_ping(self) -> None:
        """Answer, unless the peer reads nothing."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            # The pong is made as soon as the ping is parsed: it is taken out here and thrown away.
            self.conn.data_to_send()

    @override
    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Give the closing handshake its time, then cut."""
        super().on_task_complete(task)
        self.loop.call_later(ABORT_SECONDS, self.transport.abort)
