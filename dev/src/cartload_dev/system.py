"""The whole system as one foreground process: plan it, start it in stages, hold it, end it."""

import asyncio
import fcntl
import json
import os
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cartload_dev import azurite, kafka, mariadb, requirements, services
from cartload_dev.cache import Cache
from cartload_dev.downloads import Installed, installed
from cartload_dev.errors import LauncherError
from cartload_dev.layout import Layout, Replicas, plan
from cartload_dev.paths import RunDir, write_private
from cartload_dev.programs import Program, Stage
from cartload_dev.state import Phase, ProcessRef, ProgramState, SystemState
from cartload_dev.supervisor import Supervisor


class System:
    """One running system in one run folder; `hold` is its whole life."""

    def __init__(self, run: RunDir, environ: Mapping[str, str], *, servers_only: bool = False) -> None:
        self._run = run
        self._environ = environ
        self._processes = () if servers_only else services.processes(Replicas.of(environ))
        self._programs: dict[str, ProgramState] = {}
        self._phase: Phase = "starting"
        self._url: str | None = None
        self._error: str | None = None

    async def hold(self, stop: asyncio.Event) -> None:
        """Start everything, keep it running until `stop` is set, and leave nothing running.

        Raises LauncherError when something is missing or the start fails.
        """
        self._run.create()
        with _only_one(self._run):
            self._run.progress.write_text("", encoding="utf-8")
            supervisor = Supervisor(self._run, self._changed, self._log, self._environ)
            try:
                await _run_unless_stopped(stop, self._start(supervisor))
                if not stop.is_set():
                    self._enter("ready")
                await supervisor.watch(stop)
            except LauncherError as error:
                self._error = str(error)
                raise
            finally:
                self._enter("stopping")
                await supervisor.stop()
                self._enter("failed" if self._error else "stopped")

    async def _start(self, supervisor: Supervisor) -> None:
        requirements.check(self._environ)
        layout = plan(self._run, tuple(process.name for process in self._processes), self._environ)
        self._url = layout.url("gateway") if self._processes else None
        write_endpoints(layout)
        self._enter("starting")
        for stage in self._stages(layout):
            await supervisor.start(stage)

    def _stages(self, layout: Layout) -> Iterator[Stage]:
        yield Stage("Kafka, the database and Azurite", programs=servers(layout, self._environ))
        if self._processes:
            yield Stage("topics and tables", tasks=services.preparations(layout))
            every = tuple(services.program(process, layout) for process in self._processes)
            yield Stage(f"the {len(every)} processes of Cartload", programs=every)

    def _changed(self, name: str, state: ProgramState) -> None:
        self._programs[name] = state
        self._write()

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._write()

    def _write(self) -> None:
        state = SystemState(
            self._phase, ProcessRef.of(os.getpid()), self._url, dict(self._programs), self._error
        )
        state.write(self._run)

    def _log(self, text: str) -> None:
        with self._run.progress.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def servers(
    layout: Layout, environ: Mapping[str, str], database_options: tuple[str, ...] = ()
) -> tuple[Program, ...]:
    """Return Kafka, the database and Azurite as programs, in the way that the engine says.

    `database_options` win over the database's usual ones.
    """
    if requirements.engine(environ) == "docker":
        # Docker's client is loaded for those who run containers only.
        from cartload_dev.docker.servers import programs

        return programs(layout, database_options)
    return _local_servers(layout, installed(Cache.of(environ), environ), environ, database_options)


def _local_servers(
    layout: Layout, programs: Installed, environ: Mapping[str, str], database_options: tuple[str, ...]
) -> tuple[Program, ...]:
    java = requirements.java(environ)
    if java is None:
        raise LauncherError("Java is missing")
    ports, secrets, data = layout.servers, layout.secrets, layout.run.data
    password, accounts = secrets.root_password, layout.accounts
    database = mariadb.program(programs.mariadb, data / "mariadb", ports.mysql, password, accounts)
    return (
        kafka.program(java, programs.kafka, data / "kafka", ports.kafka, ports.controller),
        replace(database, command=(*database.command, *database_options)),
        azurite.program(programs.azurite, data / "azurite", ports.blob, secrets.blob_key),
    )


def write_endpoints(layout: Layout) -> None:
    """Write how to reach the servers, passwords included, for tests and for people (mode 600)."""
    values = {
        "kafka_bootstrap": layout.kafka_bootstrap,
        "mysql_root_url": layout.mysql_root_url,
        "blob_connection_string": layout.blob_connection_string,
        "databases": {account.user: layout.database_url(account.user) for account in layout.accounts},
        "services": {name: layout.url(name) for name in layout.service_ports},
        "metrics": {name: layout.metrics_url(name) for name in layout.service_ports},
    }
    write_private(layout.run.endpoints, json.dumps(values, indent=2) + "\n")


async def run(run_dir: RunDir, environ: Mapping[str, str], *, servers_only: bool, owner: int | None) -> None:
    """Hold the system until SIGINT, SIGTERM or SIGHUP, or until the process `owner` is gone."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    with _while_alive(owner, stop.set):
        await System(run_dir, environ, servers_only=servers_only).hold(stop)


async def _run_unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but give it up as soon as `stop` is set."""
    task = asyncio.ensure_future(work)
    waiter = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
        if not task.done():
            task.cancel()
        await asyncio.wait({task})
    if not task.cancelled():
        task.result()


@contextmanager
def _only_one(run_dir: RunDir) -> Iterator[None]:
    """Hold the folder's lock; raises LauncherError when another supervisor has it."""
    with run_dir.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LauncherError(
                f"a system is running in {run_dir.root} already: `make down` stops it"
            ) from None
        yield


@contextmanager
def _while_alive(owner: int | None, gone: Callable[[], None]) -> Iterator[None]:
    """Call `gone` when the process ends."""
    if owner is None:
        yield
        return
    try:
        descriptor = os.pidfd_open(owner)
    except ProcessLookupError:
        gone()
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, gone)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
