"""Kafka, MySQL and Azurite in containers, as programs of the supervisor."""

import json
import sys
from dataclasses import asdict
from functools import partial

from cartload_dev import azurite, kafka, mariadb
from cartload_dev.docker import container_process
from cartload_dev.docker.containers import Wanted, name_of
from cartload_dev.layout import Layout
from cartload_dev.ports import LOOPBACK
from cartload_dev.programs import Program, Ready, http_ready

# The same as in docker-compose.yml: a test compares.
KAFKA_IMAGE = "apache/kafka:4.1.1"
MYSQL_IMAGE = "mysql:9.7"
AZURITE_IMAGE = "mcr.microsoft.com/azure-storage/azurite:3.35.0"
STOP_SECONDS = 40.0
MYSQL_OPTIONS = (
    "--local-infile=1",
    "--skip-name-resolve",
    "--disable-log-bin",
    "--max-connections=400",
    "--max-allowed-packet=16M",
    "--innodb-buffer-pool-size=512M",
    "--innodb-redo-log-capacity=512M",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--temptable-max-ram=128M",
)


def programs(layout: Layout, database_options: tuple[str, ...] = ()) -> tuple[Program, ...]:
    """Return the three servers; each keeps its data in its container from start to start."""
    return (_kafka(layout), _mysql(layout, database_options), _azurite(layout))


def _kafka(layout: Layout) -> Program:
    # The same port inside as outside: clients and the broker itself find it under one address.
    port = layout.servers.kafka
    values = {
        "CLUSTER_ID": "CartloadCartloadCartload",
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://localhost:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{LOOPBACK}:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "8",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_MESSAGE_MAX_BYTES": str(kafka.MESSAGE_MAX_BYTES),
        "KAFKA_REPLICA_FETCH_MAX_BYTES": str(kafka.MESSAGE_MAX_BYTES),
        "KAFKA_HEAP_OPTS": "-Xms256m -Xmx1g",
    }
    wanted = _wanted(layout, "kafka", KAFKA_IMAGE, (port, port), environment=values)
    return _program(wanted, "kafka", partial(kafka.is_ready, port))


def _mysql(layout: Layout, options: tuple[str, ...]) -> Program:
    port, password = layout.servers.mysql, layout.secrets.root_password
    values = {"MYSQL_ROOT_PASSWORD": password}
    wanted = _wanted(
        layout,
        "mysql",
        MYSQL_IMAGE,
        (3306, port),
        command=("mysqld", *MYSQL_OPTIONS, *options),
        environment=values,
    )
    accounts = json.dumps([asdict(account) for account in layout.accounts])
    more = {container_process.ADMIN: layout.mysql_root_url, container_process.ACCOUNTS: accounts}
    return _program(wanted, "database", partial(mariadb.is_ready, port, password, layout.accounts), more)


def _azurite(layout: Layout) -> Program:
    port = layout.servers.blob
    options = ("--location", "/data", "--blobHost", "0.0.0.0", "--blobPort", "10000", "--silent")  # noqa: S104
    wanted = _wanted(
        layout,
        "azurite",
        AZURITE_IMAGE,
        (10000, port),
        command=("azurite-blob", *options, "--skipApiVersionCheck", "--disableTelemetry"),
        environment={"AZURITE_ACCOUNTS": f"{azurite.ACCOUNT}:{layout.secrets.blob_key}"},
    )
    return _program(wanted, "azurite", partial(http_ready, port, "/", any_status=True))


def _wanted(
    layout: Layout,
    server: str,
    image: str,
    ports: tuple[int, int],
    *,
    command: tuple[str, ...] = (),
    environment: dict[str, str],
) -> Wanted:
    root = layout.run.root
    return Wanted(image, name_of(root, server), root, ports, command, environment)


async def _is_ready(wanted: Wanted, ready: Ready) -> bool:
    return container_process.is_kept(wanted) and await ready()


def _program(wanted: Wanted, name: str, ready: Ready, more: dict[str, str] | None = None) -> Program:
    return Program(
        name=name,
        # The run folder is in the command so that one sees whose it is.
        command=(sys.executable, "-m", "cartload_dev.docker.container_process", str(wanted.run)),
        ready=partial(_is_ready, wanted, ready),
        port=wanted.ports[1],
        environment={container_process.DESCRIBED: container_process.described(wanted), **(more or {})},
        stop_seconds=STOP_SECONDS,
    )
