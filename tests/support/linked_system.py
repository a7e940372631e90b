"""A whole system whose services reach Kafka, the database and Blob storage over links that can be broken."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cartload_dev import azurite, kafka, mariadb, requirements, services
from cartload_dev.cache import Cache
from cartload_dev.downloads import installed
from cartload_dev.layout import Layout, Replicas, ServerPorts, plan
from cartload_dev.paths import RunDir
from cartload_dev.ports import free_ports
from cartload_dev.programs import Program, Stage
from cartload_dev.supervisor import Supervisor
from cartload_dev.system import write_endpoints
from cartload_dev.system_client import SystemClient
from support.engine import launcher_environment
from support.faulty_link import FaultyLink
from support.small_disk import SmallDisk

DATA = {"kafka": "kafka", "database": "mariadb", "azurite": "azurite"}
"""Where each server's data lies, below the folder of all data."""


@dataclass(frozen=True)
class LinkedSystem:
    """The system, its public origin, and the link to each server."""

    client: SystemClient
    base_url: str
    links: dict[str, FaultyLink]
    """By the server's name: `kafka`, `database`, `azurite`."""
    layout: Layout
    disks: dict[str, SmallDisk]
    """By the server's name, those that were asked for: `database`, `azurite`."""


@asynccontextmanager
async def linked_system(
    folder: Path,
    *,
    disk_mebibytes: Mapping[str, int] | None = None,
    environments: Mapping[str, Mapping[str, str]] | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[LinkedSystem]:
    """A system that runs while the block does; its servers are local processes (the engine `native`).

    `disk_mebibytes` puts the data of the database or of Azurite on a disk of that size;
    `environments` gives variables to single processes of ours, by name.
    """
    environ = {**launcher_environment(), **(settings or {})}
    environ["CARTLOAD_PORT"] = str(free_ports(1)[0])
    run, processes = RunDir(folder), services.processes(Replicas())
    layout = plan(run, tuple(process.name for process in processes), environ)
    ports = layout.servers
    links = {
        "kafka": FaultyLink(ports.kafka),
        "database": FaultyLink(ports.mysql),
        "azurite": FaultyLink(ports.blob),
    }
    as_seen = replace(
        layout,
        servers=ServerPorts(
            links["kafka"].port, ports.controller, links["database"].port, links["azurite"].port
        ),
    )
    supervisor = Supervisor(run, lambda *_: None, lambda _: None, environ)
    disks = {name: SmallDisk(run.data / DATA[name], size) for name, size in (disk_mebibytes or {}).items()}
    try:
        servers = await asyncio.to_thread(_servers, layout, environ, links["kafka"].port)
        servers = tuple(
            disks[server.name].program_on(server) if server.name in disks else server for server in servers
        )
        await supervisor.start(Stage("servers", programs=servers))
        await supervisor.start(Stage("topics and tables", tasks=services.preparations(as_seen)))
        more = environments or {}
        programs = tuple(
            replace(program, environment={**program.environment, **more.get(program.name, {})})
            for program in (services.program(process, as_seen) for process in processes)
        )
        await supervisor.start(Stage("services", programs=programs))
        write_endpoints(layout)
        yield LinkedSystem(SystemClient(run), layout.url("gateway"), links, layout, disks)
    finally:
        await supervisor.stop()
        for link in links.values():
            await link.close()
        for disk in disks.values():
            await disk.close()


def _servers(layout: Layout, environ: dict[str, str], kafka_link: int) -> tuple[Program, ...]:
    java = requirements.java(environ)
    assert java is not None
    programs = installed(Cache.of(environ), environ)
    ports, secrets, data = layout.servers, layout.secrets, layout.run.data
    return (
        kafka.program(
            java, programs.kafka, data / DATA["kafka"], ports.kafka, ports.controller, advertised=kafka_link
        ),
        mariadb.program(
            programs.mariadb, data / DATA["database"], ports.mysql, secrets.root_password, layout.accounts
        ),
        azurite.program(programs.azurite, data / DATA["azurite"], ports.blob, secrets.blob_key),
    )
