"""Running an app: one process, uvloop, and a graceful stop that ends in time."""

import asyncio
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from types import FrameType
from typing import TypedDict, Unpack, cast

import uvicorn
from fastapi import FastAPI

from cartload_kit import logging, memory
from cartload_kit.http.connections import ConnectionLimits, HttpLimits
from cartload_kit.http.lifecycle import Lifecycle
from cartload_kit.http.protocol import BoundedHttp
from cartload_kit.http.websocket import BoundedWebSocket
from cartload_kit.settings import Settings

STOP_SECONDS = 20.0
"""A process is gone this long after SIGTERM."""

LONGEST_MESSAGE = 64 * 1024
"""Bytes of one WebSocket message from a client."""

_REQUEST_SECONDS = 12
_log = logging.get_logger(__name__)


class ServerOptions(TypedDict, total=False):
    """What is asked of each connection; without it the limits are those for services behind a gateway."""

    limits: HttpLimits
    connections: ConnectionLimits
    """How many there may be; without it there is no bound."""
    answer_headers: Mapping[str, str]
    """For the answers that no app sees, to requests that cannot be parsed or come too slowly."""


class Server(uvicorn.Server):
    """uvicorn's server, bound to the lifecycle of its app; ``on_stop`` is called when the stop begins."""

    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._on_stop = on_stop
        self._stopping = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM or Ctrl-C: not ready from now on, also when the app has not started yet."""
        self._begin_stop()
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to stop, also when a part of the process asked for it."""
        if self._lifecycle.stopping.is_set():
            self.should_exit = True
        stop = await super().on_tick(counter)
        if stop:
            self._begin_stop()
        return stop

    def _begin_stop(self) -> None:
        self._lifecycle.stop()
        if not self._stopping:
            self._stopping = True
            self._on_stop()


def server(
    app: FastAPI,
    host: str,
    port: int,
    *,
    ws_max_size: int = LONGEST_MESSAGE,
    on_stop: Callable[[], None] = lambda: None,
    **options: Unpack[ServerOptions],
) -> Server:
    """A server of ``app`` that is not running yet. ``ws_max_size`` bounds one WebSocket message, in bytes."""
    protocol = partial(BoundedHttp, **options)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=cast(type[asyncio.Protocol], protocol),
        ws=BoundedWebSocket,
        ws_max_size=ws_max_size,
        # Compression takes 131 KiB for each connection instead of 40.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        # Whom to believe about a client's address is decided in client_address.
        proxy_headers=False,
        server_header=False,
        # Otherwise a request may begin in the context of another, and log with its ids.
        reset_contextvars=True,
        timeout_graceful_shutdown=_REQUEST_SECONDS,
    )
    return Server(config, app.state.lifecycle, on_stop)


def serve(
    app: FastAPI,
    settings: Settings,
    *,
    ws_max_size: int = LONGEST_MESSAGE,
    stop_seconds: float = STOP_SECONDS,
    **options: Unpack[ServerOptions],
) -> None:
    """Serve ``app`` on ``settings.host`` and ``settings.port`` until SIGTERM, then exit with code 0.

    Requests in flight may finish within 12 s, WebSockets are closed at once (1012), then the lifespan ends;
    after ``stop_seconds`` the process is ended the hard way (code 70), whatever hangs. Exits with 1 when a
    part of the process failed.
    """
    logging.configure(app.state.service, settings.log_level)
    memory.give_back_freed_blocks()
    _allow_open_files()
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again after its graceful stop; by then nothing is left to do.
        signal.signal(number, lambda *_: None)
    on_stop = partial(_end_in_time, stop_seconds)
    with _traces_exported(app.state.service, settings):
        server(app, settings.host, settings.port, ws_max_size=ws_max_size, on_stop=on_stop, **options).run()
    sys.exit(app.state.lifecycle.exit_code)


def _traces_exported(service: str, settings: Settings) -> AbstractContextManager[None]:
    if settings.traces_url is None:
        return nullcontext()
    # OpenTelemetry takes memory and time at the start, and most processes are told of no collector.
    from cartload_kit.trace_export import exporting

    return exporting(service, settings.traces_url, settings.traces_share, settings.proxy)


def _allow_open_files() -> None:
    """Raise the soft limit of open files to the hard one: many systems set it to 1024, for old programs."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _end_in_time(seconds: float) -> None:
    def end() -> None:
        _log.critical("not stopped within %g s, ending now", seconds)
        # What hangs may be the main thread, and sys.exit would end this thread only. 70 is EX_SOFTWARE.
        os._exit(70)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
