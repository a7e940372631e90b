"""Real servers for tests, started by the launcher's own code once a run, and shared by all workers.

Nothing is started until a test asks for it, and nothing is left running at the end: the supervisors also end
when the process of this test run does.
"""

import atexit
import fcntl
import gc
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cartload_dev import lifecycle
from cartload_dev.paths import RunDir, checkout
from cartload_dev.ports import free_ports
from cartload_dev.state import ProcessRef
from cartload_dev.system_client import SystemClient
from support.engine import launcher_environment, remove_containers
from support.span_collector import SpanCollector, collecting
from support.unlimited import UNLIMITED

FOLDER = "CARTLOAD_TEST_FOLDER"
OWNER = "CARTLOAD_TEST_OWNER"
STACKS = ("servers", "system", "unlimited")
LONGEST_ID = 200
MADE_BEFORE_COLLECTED = 50_000
"""How many new objects make Python look for garbage: at its own 2,000 that takes a twentieth of all time."""
GROUPS = {"cartload": "system", "unlimited": "unlimited"}
"""Which fixture's tests go to one worker, and the name of their group."""

SMALL_JOBS = {"CARTLOAD_JOB_CUSTOMERS": "1000", "CARTLOAD_PLAIN_MAX_CUSTOMERS": "1000"}
"""Tests by generation ask for jobs of any size that is allowed."""


def pytest_configure(config: pytest.Config) -> None:
    """Choose the run's folder; the workers inherit it."""
    if is_worker(config):
        return
    tests = checkout() / ".run" / "tests"
    remove_abandoned(tests)
    os.environ[FOLDER] = str(tests / str(os.getpid()))
    os.environ[OWNER] = str(os.getpid())


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Import all tests without looking for garbage, which there is hardly any: a third of the time.

    What was imported stays to the end, so no later search for garbage looks at it again, and later ones are
    rarer.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        atexit.register(let_go)
        gc.set_threshold(MADE_BEFORE_COLLECTED)
        gc.enable()


def let_go() -> None:
    """Let the interpreter free what it ends with: DuckDB's binding calls leaked what is left then."""
    gc.disable()
    gc.unfreeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long text by its parameter: five million characters went through every worker's reports."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{argname} of {len(val)} {'characters' if isinstance(val, str) else 'bytes'}"
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker have all tests of a running system: some of them kill its parts."""
    for item in items:
        for fixture, group in GROUPS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(group))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the logs of a failed run in `.run/test-logs`."""
    if is_worker(session.config) or exitstatus == 0:
        return
    for stack in STACKS:
        source = Path(os.environ[FOLDER]) / stack / "logs"
        if source.exists():
            kept = checkout() / ".run" / "test-logs" / stack
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(source, kept)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the run started, and delete its data."""
    folder = os.environ.get(FOLDER)
    if is_worker(config) or folder is None:
        return
    for stack in STACKS:
        lifecycle.stop(RunDir(Path(folder) / stack))
        remove_containers(RunDir(Path(folder) / stack))
    shutil.rmtree(folder, ignore_errors=True)


def is_worker(config: pytest.Config) -> bool:
    """Return whether this process is one of several workers (pytest-xdist)."""
    return hasattr(config, "workerinput")


def remove_abandoned(folder: Path) -> None:
    """Delete what runs left that were killed; their servers ended with them."""
    for abandoned in folder.glob("*"):
        if abandoned.name.isdecimal() and not ProcessRef.of(int(abandoned.name)).alive():
            for stack in STACKS:
                remove_containers(RunDir(abandoned / stack))
            shutil.rmtree(abandoned, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one worker at a time pass."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start_stack(name: str, *, servers_only: bool, **settings: str) -> SystemClient:
    """Return the run's servers or system, started now when no worker did it yet."""
    folder = Path(os.environ[FOLDER])
    run = RunDir(folder / name)
    environ = {**launcher_environment(), **settings}
    with locked(folder / f"{name}.lock"):
        environ["CARTLOAD_PORT"] = str(free_ports(1)[0])
        lifecycle.start(run, environ, lambda _: None, servers_only=servers_only, owner=int(os.environ[OWNER]))
    return SystemClient(run)


@pytest.fixture(scope="session")
def servers() -> SystemClient:
    """Kafka, the database and Azurite alone: use names of your own for databases, topics and containers."""
    return start_stack("servers", servers_only=True)


@pytest.fixture(scope="session")
def mysql_url(servers: SystemClient) -> str:
    """`mysql://root:password@host:port/` of the test servers."""
    return servers.endpoints.mysql_root_url


@pytest.fixture(scope="session")
def kafka_bootstrap(servers: SystemClient) -> str:
    """`host:port` of the test broker."""
    return servers.endpoints.kafka_bootstrap


@pytest.fixture(scope="session")
def blob_connection_string(servers: SystemClient) -> str:
    """How to reach the test Blob storage."""
    return servers.endpoints.blob_connection_string


@pytest.fixture(scope="session")
def span_collector() -> Iterator[SpanCollector]:
    """Where the whole running system sends its spans."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def cartload(span_collector: SpanCollector) -> SystemClient:
    """The whole running system, on servers of its own."""
    return start_stack("system", servers_only=False, CARTLOAD_TRACES_URL=span_collector.url)


@pytest.fixture(scope="session")
def unlimited() -> SystemClient:
    """A whole running system of its own, without limits of rates, that makes small jobs only."""
    return start_stack("unlimited", servers_only=False, **UNLIMITED, **SMALL_JOBS)
