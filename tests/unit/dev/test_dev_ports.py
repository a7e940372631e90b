"""Ports: free ones are found, an explicit one never moves."""

import random
import socket
from collections.abc import Iterator

import pytest

from cartload_dev.errors import LauncherError
from cartload_dev.ports import DEFAULT_GATEWAY_PORT, LOOPBACK, RANGE, free_ports, gateway_port, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen(1)
        yield server.getsockname()[1]


def test_a_port_with_a_listener_is_not_free(taken: int) -> None:
    assert not is_free(taken)


def test_free_ports_are_different_and_below_those_of_outgoing_connections() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(port in RANGE and is_free(port) for port in ports)


def test_two_checkouts_rarely_choose_the_same() -> None:
    assert set(free_ports(10, random.Random(1))) != set(free_ports(10, random.Random(2)))


def test_the_gateway_takes_8080_or_the_next_free_one() -> None:
    port = gateway_port({})
    assert port >= DEFAULT_GATEWAY_PORT
    assert is_free(port)
    assert all(not is_free(lower) for lower in range(DEFAULT_GATEWAY_PORT, port))


def test_an_explicit_port_is_taken_as_it_is() -> None:
    (port,) = free_ports(1)
    assert gateway_port({"CARTLOAD_PORT": str(port)}) == port


def test_an_explicit_port_never_moves(taken: int) -> None:
    with pytest.raises(LauncherError, match=f"port {taken} .* in use"):
        gateway_port({"CARTLOAD_PORT": str(taken)})


@pytest.mark.parametrize("wrong", ["http", "0", "65536", "-1", "80.5", "٣"])
def test_what_is_no_port_is_refused(wrong: str) -> None:
    with pytest.raises(LauncherError, match="CARTLOAD_PORT"):
        gateway_port({"CARTLOAD_PORT": wrong})
