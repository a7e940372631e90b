"""Running an app: one process, uvloop, and a graceful stop that ends in time."""

import os
import signal
import sys
import threading
from types import FrameType

import uvicorn
from fastapi import FastAPI

from cartload_kit import logging
from cartload_kit.settings import Settings

STOP_SECONDS = 20.0
"""A process is gone this long after SIGTERM, whatever hangs."""

_REQUEST_SECONDS = 12
_KEEP_ALIVE_SECONDS = 75
_log = logging.get_logger(__name__)


class Server(uvicorn.Server):
    """uvicorn's server, bound to the lifecycle of its app."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, stop_seconds: float = STOP_SECONDS) -> None:
        super().__init__(config)
        self._lifecycle = app.state.lifecycle
        self._stop_seconds = stop_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM or Ctrl-C: no longer ready, finish what is in flight, be gone in time."""
        if not self._lifecycle.stopping.is_set():
            _end_in_time(self._stop_seconds)
        self._lifecycle.stop()
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to stop, also when a part of the process asked for it."""
        if self._lifecycle.stopping.is_set() and not self.should_exit:
            _end_in_time(self._stop_seconds)
            self.should_exit = True
        return await super().on_tick(counter)


def server(app: FastAPI, host: str, port: int, *, ws_max_size: int = 65536) -> Server:
    """The server of ``app``; ``ws_max_size`` bounds one WebSocket message in bytes."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=ws_max_size,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_REQUEST_SECONDS,
    )
    return Server(config, app)


def serve(app: FastAPI, settings: Settings, *, ws_max_size: int = 65536) -> None:
    """Serve ``app`` on ``settings.host`` and ``settings.port`` until SIGTERM, then exit with code 0.

    Requests in flight may finish within 12 s, WebSockets are closed at once (1012), then the lifespan ends;
    after 20 s the process is ended the hard way. Exits with 1 when a part of the process failed.
    """
    logging.configure(app.state.service, settings.log_level)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again after its graceful stop: then it has done its work already.
        signal.signal(number, lambda *_: None)
    server(app, settings.host, settings.port, ws_max_size=ws_max_size).run()
    sys.exit(app.state.lifecycle.exit_code)


def _end_in_time(seconds: float) -> None:
    def end() -> None:
        _log.critical("not stopped within %g s, ending now", seconds)
        os._exit(70)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
