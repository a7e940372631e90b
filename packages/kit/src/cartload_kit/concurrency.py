"""Waiting, loops, and tasks that live and end together: the one place for all services.

Which to use when:

- `wait_for_any` waits for an event, a stop or a time, whichever comes first.
- `every` is a loop: polling, housekeeping, heartbeats. It ends with a stop and can be woken before its time.
- `background` runs one task beside a block, such as the work of a process beside the `yield` of its lifespan.
- `run_until_stopped` runs the loops of one process, each of which sees the stop itself.
- `run_until_first_ends` runs two sides of one thing, such as both directions of a connection.
- `asyncio.TaskGroup` is right where all works must finish and one failure ends the others at once.
- How long to wait between attempts of something that fails is `cartload_kit.backoff`.
"""

# This is asyncio and not anyio, which comes along with the web framework: aiokafka and asyncmy run on asyncio
# only, and since Python 3.11 asyncio has task groups and timeouts of its own.

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

_CANCEL_SECONDS = 2.0
_log = logging.getLogger(__name__)


async def wait_for_any(*events: asyncio.Event, timeout: float | None = None) -> bool:  # noqa: ASYNC109
    """Wait until one of the events is set, for at most `timeout` seconds; return whether one is set."""
    if not any(event.is_set() for event in events):
        waiting = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_all(waiting)
    return any(event.is_set() for event in events)


async def every(
    seconds: float,
    work: Callable[[], Awaitable[object]],
    *,
    stop: asyncio.Event | None = None,
    wake: asyncio.Event | None = None,
    jitter: float = 0.0,
    at_once: bool = True,
) -> None:
    """Do the work again and again until `stop` is set, or until cancelled; what it raises ends the loop.

    `seconds` lie between the end of one turn and the next, unless `wake` is set before. `jitter` is the share
    by which that time varies, so that replicas which started together do not all come at once. Without
    `at_once` the first turn waits like the others.
    """
    stop, wake = stop or asyncio.Event(), wake or asyncio.Event()

    async def rest() -> None:
        await wait_for_any(stop, wake, timeout=seconds * random.uniform(1 - jitter, 1 + jitter))

    if not at_once:
        await rest()
    while not stop.is_set():
        # Before the work, not after: who wakes the loop during a turn may have come too late for that turn.
        wake.clear()
        await work()
        await rest()


@asynccontextmanager
async def background(
    work: Coroutine[Any, Any, None],
    *,
    stop: asyncio.Event | None = None,
    grace: float = 0.0,
    name: str | None = None,
) -> AsyncIterator[None]:
    """Run the work beside the block, and end it with the block.

    At the end `stop` is set, the work has `grace` seconds to return, and is then cancelled. What it raised by
    itself is raised at the end of the block; `Lifecycle.supervise` makes the process notice it at once.
    """
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        if stop is not None:
            stop.set()
        await _end(task, grace)
    if task.done() and not task.cancelled():
        task.result()


async def _end(task: asyncio.Task[None], grace: float) -> None:
    try:
        if grace and (await asyncio.wait((task,), timeout=grace))[1]:
            _log.error("%s did not end within %g s, it is cancelled", task.get_name(), grace)
    finally:
        # Also when the caller is cancelled during the grace: the work must not outlive the block.
        task.cancel()
    # Bounded, because work that ignores its cancellation would keep the process from ending.
    await asyncio.wait((task,), timeout=_CANCEL_SECONDS)


async def cancel_all(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel the tasks that still run and wait until all have ended; what they raise is not raised here."""
    listed = list(tasks)
    for task in listed:
        task.cancel()
    await asyncio.gather(*listed, return_exceptions=True)


async def run_until_first_ends(*works: Awaitable[object]) -> None:
    """Run all works until one of them returns or fails, then cancel the others.

    Raises the exception of the first, in the order given, that has failed by then.
    """
    running = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        # Noted before the others are cancelled: what they raise on their way out is not what happened first.
        ended = [task for task in running if task.done()]
    finally:
        await cancel_all(running)
    for task in ended:
        task.result()


async def run_until_stopped(stop: asyncio.Event, *works: Awaitable[object]) -> None:
    """Run all works until `stop` is set; the first that fails or returns early ends all of them.

    On `stop` every work but the last is awaited, since it sees `stop` itself. The last one only watches for
    a failure (such as `Producer.watch`) and is cancelled.
    """
    running = [asyncio.ensure_future(work) for work in works]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and len(running) > 1:
            await asyncio.wait(running[:-1])
    finally:
        # The work that ended by itself comes first: what others raise when cancelled only follows from it.
        in_order = sorted(running, key=lambda task: not task.done())
        await cancel_all((*running, stopping))
    for task in in_order:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
