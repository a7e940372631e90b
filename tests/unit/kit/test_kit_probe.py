"""The containers' health check, against real sockets."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cartload_kit.probe import is_ready


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        (b"", False),
        (b"hello", False),
    ],
)
def test_ready_is_what_answers_200(answer: bytes, ready: bool) -> None:
    with answering(answer) as port:
        assert is_ready(port) is ready


def test_nobody_there_and_nobody_answering_are_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        assert not is_ready(port, seconds=0.05)
    assert not is_ready(port)


@pytest.mark.parametrize(
    ("answer", "code"), [(b"HTTP/1.1 200 OK\r\n\r\n", 0), (b"HTTP/1.1 503 No\r\n\r\n", 1)]
)
def test_the_command_answers_by_its_exit_code(answer: bytes, code: int) -> None:
    with answering(answer) as port:
        environ = {**os.environ, "CARTLOAD_PORT": str(port)}
        done = subprocess.run(
            [sys.executable, "-m", "cartload_kit.probe"], env=environ, timeout=20, check=False
        )
    assert done.returncode == code
