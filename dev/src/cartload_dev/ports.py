"""Free TCP ports on the loopback address."""

import errno
import random
import socket
from collections.abc import Mapping

from cartload_dev.errors import LauncherError

LOOPBACK = "127.0.0.1"
DEFAULT_GATEWAY_PORT = 8080
GATEWAY_ATTEMPTS = 200
# Below the ports that the kernel hands to outgoing connections, so that none of them takes ours meanwhile.
RANGE = range(12_000, 32_000)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: else a port counts as taken for a minute after its last connection was closed.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def free_ports(count: int, chance: random.Random | None = None) -> list[int]:
    """Return that many different free ports, spread at random so that two checkouts rarely meet."""
    dice = chance or random.Random()
    chosen: list[int] = []
    for port in dice.sample(RANGE, k=len(RANGE)):
        if len(chosen) == count:
            return chosen
        if is_free(port):
            chosen.append(port)
    raise LauncherError(f"no {count} free ports between {RANGE.start} and {RANGE.stop} on {LOOPBACK}")


def gateway_port(environ: Mapping[str, str], host: str = LOOPBACK) -> int:
    """Return the one public port: `CARTLOAD_PORT` exactly, else 8080 or the next free one after it.

    Raises LauncherError when the port that was asked for is not a port or not free.
    """
    asked = environ.get("CARTLOAD_PORT", "")
    if asked:
        return _explicit(asked, host)
    for port in range(DEFAULT_GATEWAY_PORT, DEFAULT_GATEWAY_PORT + GATEWAY_ATTEMPTS):
        if is_free(port, host):
            return port
    raise LauncherError(f"no free port from {DEFAULT_GATEWAY_PORT} on; choose one with CARTLOAD_PORT")


def _explicit(asked: str, host: str) -> int:
    if not (asked.isascii() and asked.isdecimal()) or not 1 <= int(asked) <= 65_535:
        raise LauncherError(f"CARTLOAD_PORT={asked} is not a port: a number from 1 to 65535 is")
    port = int(asked)
    if not is_free(port, host):
        raise LauncherError(f"port {port} (CARTLOAD_PORT) is in use on {host}; free it or choose another")
    return port
