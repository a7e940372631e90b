"""The servers that every integration test uses, asked in their own protocols."""

import asyncio
import uuid
from urllib.parse import urlsplit

import pymysql
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from azure.storage.blob import BlobServiceClient

from cartload_dev.system_client import SystemClient
from support.engine import ENGINE


def connect(url: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 0,
        user=parts.username,
        password=parts.password or "",
        database=parts.path.strip("/") or None,
        local_infile=True,
    )


def ask(url: str, sql: str) -> tuple[tuple[object, ...], ...]:
    connection = connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
    finally:
        connection.close()


def test_the_database_is_the_one_meant_and_lets_clients_load_files(mysql_url: str) -> None:
    ((version, local_infile),) = ask(mysql_url, "SELECT VERSION(), @@local_infile")
    assert str(version).startswith({"native": "11.4.", "docker": "9.7."}[ENGINE])
    assert local_infile == 1


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Europe/Berlin", "2024-07-01 14:00:00"),
        ("America/New_York", "2024-07-01 08:00:00"),
        ("Asia/Kolkata", "2024-07-01 17:30:00"),
        ("Australia/Lord_Howe", "2024-07-01 22:30:00"),
    ],
)
def test_time_zones_are_known_by_name(mysql_url: str, zone: str, local: str) -> None:
    asked = f"SELECT CAST(CONVERT_TZ('2024-07-01 12:00:00', 'UTC', '{zone}') AS CHAR)"
    assert ask(mysql_url, asked)[0][0] == local


def test_durability_is_not_weakened(mysql_url: str) -> None:
    sql = "SELECT @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite"
    ((flush, doublewrite),) = ask(mysql_url, sql)
    assert (flush, str(doublewrite)) == (1, "ON") or (flush, doublewrite) == (1, 1)


def test_nobody_signs_in_without_a_password(mysql_url: str) -> None:
    empty = "authentication_string = '' AND user <> 'mariadb.sys'"
    rows = ask(mysql_url, f"SELECT user, host FROM mysql.user WHERE {empty}")
    assert rows == ()


@pytest.mark.parametrize(
    ("user", "database"),
    [
        ("cartload_auth", "cartload_auth"),
        ("cartload_generator", "cartload_jobs"),
        ("cartload_writer", "cartload_writer"),
    ],
)
def test_a_service_sees_its_own_database_only(servers: SystemClient, user: str, database: str) -> None:
    rows = ask(servers.endpoints.databases[user], "SHOW DATABASES")
    mine = {str(name) for (name,) in rows if not str(name).startswith("shop")}
    # MySQL shows everybody the second of these, and hides what is in it.
    assert mine - {"performance_schema"} == {"information_schema", database}


def test_a_service_may_not_look_into_a_database_that_its_own_name_matches_as_a_pattern(
    servers: SystemClient, mysql_url: str
) -> None:
    ask(mysql_url, "CREATE DATABASE IF NOT EXISTS cartloadXauth")
    with pytest.raises(pymysql.err.OperationalError, match="denied"):
        ask(servers.endpoints.databases["cartload_auth"], "CREATE TABLE cartloadXauth.t (id INT)")


def test_the_writer_mints_datasets_and_their_read_only_users(servers: SystemClient) -> None:
    name = f"shop{uuid.uuid4().hex[:26]}"
    user = f"u{uuid.uuid4().hex[:26]}"
    writer = servers.endpoints.databases["cartload_writer"]
    for sql in (
        f"CREATE DATABASE {name}",
        f"CREATE TABLE {name}.t (id INT PRIMARY KEY)",
        f"INSERT INTO {name}.t VALUES (7)",
        f"CREATE USER '{user}'@'%' IDENTIFIED BY 'a long password'",
        f"GRANT SELECT ON `{name}`.* TO '{user}'@'%'",
    ):
        connection = connect(writer)
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.commit()
        connection.close()
    parts = urlsplit(writer)
    reader = f"mysql://{user}:a long password@{parts.hostname}:{parts.port}/{name}"
    assert ask(reader, "SELECT id FROM t") == ((7,),)
    with pytest.raises(pymysql.err.OperationalError, match="denied"):
        ask(reader, "INSERT INTO t VALUES (8)")
    ask(writer, f"DROP DATABASE {name}")


async def test_a_message_travels_and_topics_are_not_made_by_accident(kafka_bootstrap: str) -> None:
    topic = f"dev-{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        assert topic not in await admin.list_topics()
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"x" * 100)
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        record = await asyncio.wait_for(consumer.getone(), 20)
    finally:
        await consumer.stop()
    assert record.value == b"x" * 100


def test_a_blob_comes_back(blob_connection_string: str) -> None:
    with BlobServiceClient.from_connection_string(blob_connection_string) as service:
        container = service.create_container(f"dev-{uuid.uuid4().hex}")
        container.upload_blob("a/b", b"hello")
        assert container.download_blob("a/b").readall() == b"hello"
        container.delete_container()
