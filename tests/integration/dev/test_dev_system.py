"""The whole system: every process serves, and each one comes back after it was killed."""

import signal
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from cartload_dev.layout import Replicas
from cartload_dev.services import processes
from cartload_dev.state import wait_for
from cartload_dev.system_client import SystemClient

pytestmark = pytest.mark.timeout(600)
SERVERS = ("kafka", "database", "azurite")
SERVICES = tuple(process.name for process in processes(Replicas()))


@pytest.fixture
def system(cartload: SystemClient) -> Iterator[SystemClient]:
    cartload.wait_ready()
    yield cartload
    cartload.wait_ready()
    for url in cartload.endpoints.services.values():
        require_200(url + "/health/ready")


def get(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)


def test_every_program_runs(system: SystemClient) -> None:
    assert set(system.names) == {*SERVERS, *SERVICES}
    assert system.state.phase == "ready"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_service_tells_how_it_is(system: SystemClient, service: str, path: str) -> None:
    require_200(system.endpoints.services[service] + path)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_metrics(system: SystemClient, service: str) -> None:
    require_200(system.endpoints.metrics[service])


def test_the_public_origin_has_none(system: SystemClient) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(system.base_url + "/metrics")


def test_the_public_origin_serves_the_ui(system: SystemClient) -> None:
    assert get(system.base_url + "/") == 200


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_service_comes_back(system: SystemClient, service: str) -> None:
    restarts = system.program(service).restarts
    killed = system.kill(service)
    system.wait_ready(service, after=killed)
    assert system.program(service).restarts > restarts


@pytest.mark.parametrize(
    ("server", "number"),
    [("kafka", signal.SIGKILL), ("database", signal.SIGKILL), ("azurite", signal.SIGTERM)],
)
def test_a_server_that_ended_comes_back_and_everything_gets_ready_again(
    system: SystemClient, server: str, number: signal.Signals
) -> None:
    system.restart(server, number=number)
    assert system.program(server).state == "ready"


def require_200(url: str) -> None:
    """Return when a URL answers 200; when it does not within a minute, fail with what it says instead."""
    said = ""

    def answers() -> bool:
        nonlocal said
        try:
            return get(url) == 200
        except urllib.error.HTTPError as refused:
            with refused:
                said = f"{refused.code} {refused.read().decode()}"
        except OSError as error:
            said = str(error)
        return False

    assert wait_for(answers, 60), f"{url}: {said}"
