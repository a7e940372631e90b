"""Which port, user and folder belongs to what, in one running system."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cartload_dev import azurite, mariadb
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir, write_private
from cartload_dev.ports import LOOPBACK, RANGE, free_ports, gateway_port, is_free
from cartload_dev.secrets import Secrets
from cartload_setup.accounts import Account

MAX_REPLICAS = 16
GATEWAY_METRICS = "gateway-metrics"
SERVERS = ("kafka", "kafka-controller", "mariadb", "azurite")


@dataclass(frozen=True)
class Replicas:
    """How many processes of the roles that share work through Kafka."""

    workers: int = 1
    writers: int = 1

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Replicas":
        """Read `CARTLOAD_WORKERS` and `CARTLOAD_WRITERS`; raises LauncherError for other than 1 to 16."""
        return cls(_count(environ, "CARTLOAD_WORKERS"), _count(environ, "CARTLOAD_WRITERS"))


@dataclass(frozen=True)
class ServerPorts:
    """The servers' ports."""

    kafka: int
    controller: int
    mysql: int
    blob: int


@dataclass(frozen=True)
class Layout:
    """Everything that has to be known before the first process starts."""

    run: RunDir
    secrets: Secrets
    servers: ServerPorts
    service_ports: Mapping[str, int]
    """Port of each service process by its name; empty when only the servers run."""
    gateway_metrics: int
    """Port of the gateway's metrics, which its public port does not show."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The services' databases and users."""
        return (
            Account("cartload_auth", "cartload_auth", self.secrets.auth_password),
            Account("cartload_generator", "cartload_jobs", self.secrets.generator_password),
            Account("cartload_writer", "cartload_writer", self.secrets.writer_password, owns_datasets=True),
            Account("cartload_shop", "cartload_shop", self.secrets.shop_password, owns_shops=True),
        )

    @property
    def kafka_bootstrap(self) -> str:
        """`host:port` of the broker."""
        return f"{LOOPBACK}:{self.servers.kafka}"

    @property
    def mysql_root_url(self) -> str:
        """URL of the database server's administrator."""
        return mariadb.root_url(self.servers.mysql, self.secrets.root_password)

    @property
    def blob_connection_string(self) -> str:
        """How to reach Blob storage, key included."""
        return azurite.connection_string(self.servers.blob, self.secrets.blob_key)

    def database_url(self, user: str) -> str:
        """Return the URL that this service's database user takes."""
        (account,) = (account for account in self.accounts if account.user == user)
        return account.url(LOOPBACK, self.servers.mysql)

    def url(self, process: str) -> str:
        """Return the base URL of a service process."""
        return f"http://{LOOPBACK}:{self.service_ports[process]}"

    def metrics_url(self, process: str) -> str:
        """Return the URL of a service process's metrics."""
        port = self.gateway_metrics if process == "gateway" else self.service_ports[process]
        return f"http://{LOOPBACK}:{port}/metrics"


def plan(run: RunDir, processes: tuple[str, ...], environ: Mapping[str, str]) -> Layout:
    """Choose ports and load or make the secrets. The process named `gateway` gets the public port.

    The other ports are those of the last time where they are free, so that addresses once told stay true.

    Raises LauncherError when the port that was asked for is taken.
    """
    run.create()
    public = {"gateway": gateway_port(environ)} if "gateway" in processes else {}
    others = tuple(name for name in processes if name not in public)
    ports = _inner_ports(run, (*SERVERS, *others, GATEWAY_METRICS), taken=set(public.values()))
    return Layout(
        run=run,
        secrets=Secrets.load_or_generate(run.secrets),
        servers=ServerPorts(*(ports[name] for name in SERVERS)),
        service_ports=public | {name: ports[name] for name in others},
        gateway_metrics=ports[GATEWAY_METRICS],
    )


def _inner_ports(run: RunDir, names: tuple[str, ...], taken: set[int]) -> dict[str, int]:
    """Return a port for each name: the one of the last time when it is free, else a new one; keep them."""
    kept = _kept_ports(run)
    # Enough for every name, even when all that are reserved already happen to be among them.
    fresh = iter(free_ports(len(names) + len(kept) + len(taken)))
    chosen: dict[str, int] = {}
    for name in names:
        port = kept.get(name, 0)
        used = taken | set(chosen.values())
        if port in used or port not in RANGE or not is_free(port):
            # Also not one that another name had: it may come back, with more replicas or with all services.
            reserved = used | set(kept.values())
            port = next(port for port in fresh if port not in reserved)
        chosen[name] = port
    write_private(run.ports, json.dumps(kept | chosen, indent=2) + "\n")
    return chosen


def _kept_ports(run: RunDir) -> dict[str, int]:
    try:
        kept: dict[str, int] = json.loads(run.ports.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        # None yet, or a file that was cut short: new ports do as well.
        return {}
    return kept


def _count(environ: Mapping[str, str], name: str) -> int:
    value = environ.get(name, "") or "1"
    if value.isdecimal() and 1 <= int(value) <= MAX_REPLICAS:
        return int(value)
    raise LauncherError(f"{name}={value} is not a number from 1 to {MAX_REPLICAS}")
