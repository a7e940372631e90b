"""``python -m cartload_kit.probe``: a container's health check; it needs no shell and imports little.

Exits with 0 when the process on ``CARTLOAD_PORT`` of this machine says that it is ready, else with 1.
"""

import os
import socket
import sys

SECONDS = 4.0
"""How long the process may take to answer."""


def is_ready(port: int, seconds: float = SECONDS) -> bool:
    """Whether ``/health/ready`` on a port of this machine answers 200 within so many seconds."""
    try:
        with socket.create_connection(("127.0.0.1", port), seconds) as connection:
            connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(16).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(os.environ["CARTLOAD_PORT"])) else 1)
