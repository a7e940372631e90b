"""Whether a server on this machine takes connections yet."""

import asyncio

from cartload_dev.ports import LOOPBACK


async def listens(port: int) -> bool:
    """Whether somebody takes a connection at the port."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True
