"""Waiting for one of several things, and tasks that live and end together."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any


async def wait_for_any(*events: asyncio.Event, timeout: float | None = None) -> bool:  # noqa: ASYNC109
    """Wait until one of the events is set, for at most `timeout` seconds; return whether one is set."""
    if not any(event.is_set() for event in events):
        waiting = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_all(waiting)
    return any(event.is_set() for event in events)


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
        if stop.is_set():
            await asyncio.wait(running[:-1])
    finally:
        # The work that ended by itself comes first: what others raise when they are cancelled is its result.
        in_order = sorted(running, key=lambda task: not task.done())
        await cancel_all((*running, stopping))
    for task in in_order:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
