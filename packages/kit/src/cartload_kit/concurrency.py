"""Small helpers for tasks that live and end together."""

import asyncio
from collections.abc import Awaitable


async def run_until_stopped(stop: asyncio.Event, *works: Awaitable[None]) -> None:
    """Run all works until `stop` is set; the first that fails or returns early ends all of them.

    On `stop` every work but the last is awaited, since it sees `stop` itself. The last one only watches for
    a failure (such as `Producer.watch`) and is cancelled.
    """
    running = [asyncio.ensure_future(work) for work in works]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            return
        *steady, watch = running
        await asyncio.wait(steady)
        watch.cancel()
    finally:
        stopping.cancel()
        for work in running:
            work.cancel() if not work.done() else None
        results = await asyncio.gather(*running, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result
