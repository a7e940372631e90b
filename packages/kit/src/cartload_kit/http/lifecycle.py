"""How a process is told to stop, and how it tells that it must."""

import asyncio
import logging
from collections.abc import Awaitable

from cartload_kit.describe_error import describe_error
from cartload_kit.transient_errors import is_transient

_log = logging.getLogger(__name__)


class Lifecycle:
    """Whether a process goes on. It is ``app.state.lifecycle`` of every app.

    ``stopping`` is set when SIGTERM came or a part of the process died; readiness is false from then on.
    """

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.exit_code = 0

    def stop(self, exit_code: int = 0) -> None:
        """Begin the graceful stop. The process ends with ``exit_code``, or with the first that was not 0."""
        self.exit_code = self.exit_code or exit_code
        self.stopping.set()

    async def supervise(self, name: str, work: Awaitable[None]) -> None:
        """Run a part that must live as long as the process: when it ends early, the process stops."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - whatever it was, the process must not go on without this
            # Where the cause lies outside, the program's own lines say nothing of it.
            trace = None if is_transient(error) else error
            _log.error("%s failed, the process stops: %s", name, describe_error(error), exc_info=trace)
            self.stop(exit_code=1)
            return
        if not self.stopping.is_set():
            _log.error("%s ended early, the process stops", name)
            self.stop(exit_code=1)
