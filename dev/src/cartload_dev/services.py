"""The process table: every role of every service, what it is told, and what has to be done before."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from cartload_dev.layout import Layout, Replicas
from cartload_dev.paths import checkout
from cartload_dev.ports import LOOPBACK
from cartload_dev.programs import Program, Task, http_ready

BLOB_CONTAINER = "cartload"
UI = checkout() / "frontend" / "dist"
STOP_SECONDS = 25.0


@dataclass(frozen=True)
class Process:
    """One service process: `python -m <package> <role>`."""

    name: str
    package: str
    role: str


MIGRATED = {
    "auth": "cartload_auth",
    "generator": "cartload_generator",
    "writer": "cartload_writer",
    "shop": "cartload_shop",
}
"""Services that own tables, and their packages."""


def processes(replicas: Replicas) -> tuple[Process, ...]:
    """Return every service process, the public gateway last."""
    workers = [
        Process(_numbered("generator-worker", i), "cartload_generator", "worker")
        for i in range(replicas.workers)
    ]
    writers = [
        Process(_numbered("writer-consumer", i), "cartload_writer", "consumer")
        for i in range(replicas.writers)
    ]
    return (
        Process("auth", "cartload_auth", "api"),
        Process("generator-api", "cartload_generator", "api"),
        *workers,
        Process("generator-player", "cartload_generator", "player"),
        *writers,
        Process("writer-tasks", "cartload_writer", "tasks"),
        Process("writer-checker", "cartload_writer", "checker"),
        Process("writer-api", "cartload_writer", "api"),
        Process("notifier", "cartload_notifier", "api"),
        Process("shop-worker", "cartload_shop", "worker"),
        Process("shop-api", "cartload_shop", "api"),
        Process("gateway", "cartload_gateway", "api"),
    )


def preparations(layout: Layout) -> tuple[Task, ...]:
    """Return what is run once before the services: migrations of each database, and the topics."""
    migrations = [
        Task(f"migrate-{name}", _python(package, "migrate"), environment(layout, name, "migrate"))
        for name, package in MIGRATED.items()
    ]
    topics = Task(
        "topics", _python("cartload_generator", "topics"), environment(layout, "generator", "topics")
    )
    return (*migrations, topics)


def program(process: Process, layout: Layout) -> Program:
    """Return a service process as a program; it is ready when its `/health/ready` says so."""
    port = layout.service_ports[process.name]
    service = process.package.removeprefix("cartload_")
    return Program(
        name=process.name,
        command=_python(process.package, process.role),
        ready=partial(http_ready, port, "/health/ready"),
        port=port,
        environment={
            **environment(layout, service, process.role),
            "CARTLOAD_HOST": LOOPBACK,
            "CARTLOAD_PORT": str(port),
        },
        stop_seconds=STOP_SECONDS,
    )


def environment(layout: Layout, service: str, role: str) -> dict[str, str]:
    """Return what a role is told: the settings that it reads, so that none holds a secret without use."""
    return {name: value for part in _PARTS[service, role] for name, value in part(layout).items()}


def _kafka(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_KAFKA_BOOTSTRAP_SERVERS": layout.kafka_bootstrap}


def _tokens(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_JWKS_URL": f"{layout.url('auth')}/.well-known/jwks.json"}


def _auth_database(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_AUTH_DATABASE_URL": layout.database_url("cartload_auth")}


def _signing_keys(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_SIGNING_KEY_SECRET": layout.secrets.signing_key_secret}


def _generator_database(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_GENERATOR_DATABASE_URL": layout.database_url("cartload_generator")}


def _disk(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_DISK_PATH": str(layout.run.data)}


def _writer_database(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_WRITER_DATABASE_URL": layout.database_url("cartload_writer")}


def _shop_database(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_SHOP_DATABASE_URL": layout.database_url("cartload_shop")}


def _blob(layout: Layout) -> dict[str, str]:
    return {
        "CARTLOAD_BLOB_CONNECTION_STRING": layout.blob_connection_string,
        "CARTLOAD_BLOB_CONTAINER": BLOB_CONTAINER,
    }


def _generator(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_GENERATOR_URL": layout.url("generator-api")}


def _writer(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_WRITER_URL": layout.url("writer-api")}


def _shop(layout: Layout) -> dict[str, str]:
    return {"CARTLOAD_SHOP_URL": layout.url("shop-api")}


def _gateway(layout: Layout) -> dict[str, str]:
    return {
        "CARTLOAD_AUTH_URL": layout.url("auth"),
        "CARTLOAD_GENERATOR_URL": layout.url("generator-api"),
        "CARTLOAD_WRITER_URL": layout.url("writer-api"),
        "CARTLOAD_NOTIFIER_URL": layout.url("notifier"),
        "CARTLOAD_SHOP_URL": layout.url("shop-api"),
        "CARTLOAD_METRICS_PORT": str(layout.gateway_metrics),
        **({"CARTLOAD_UI_DIR": str(UI)} if (UI / "index.html").exists() else {}),
    }


def _public_database(layout: Layout) -> dict[str, str]:
    """Here the database is on the user's own machine, so datasets are reachable with SQL."""
    return {
        "CARTLOAD_MYSQL_PUBLIC_HOST": LOOPBACK,
        "CARTLOAD_MYSQL_PUBLIC_PORT": str(layout.servers.mysql),
    }


def _python(package: str, role: str) -> tuple[str, ...]:
    return (sys.executable, "-m", package, role)


def _numbered(name: str, index: int) -> str:
    return name if index == 0 else f"{name}-{index + 1}"


_PARTS: Mapping[tuple[str, str], tuple[Callable[[Layout], dict[str, str]], ...]] = {
    ("auth", "migrate"): (_auth_database,),
    ("auth", "api"): (_auth_database, _signing_keys, _generator, _shop),
    ("generator", "migrate"): (_generator_database,),
    ("generator", "topics"): (_kafka,),
    ("generator", "api"): (_generator_database, _disk, _kafka, _tokens),
    ("generator", "worker"): (_kafka,),
    ("generator", "player"): (_generator_database, _kafka),
    ("writer", "migrate"): (_writer_database, _blob),
    ("writer", "consumer"): (_writer_database, _blob, _kafka),
    ("writer", "tasks"): (_writer_database, _blob, _kafka),
    ("writer", "checker"): (_writer_database,),
    ("writer", "api"): (_writer_database, _blob, _tokens, _public_database),
    ("notifier", "api"): (_generator, _kafka, _tokens),
    ("shop", "migrate"): (_shop_database,),
    ("shop", "api"): (_shop_database, _tokens, _generator, _writer),
    ("shop", "worker"): (_shop_database, _kafka),
    ("gateway", "api"): (_gateway, _tokens),
}
