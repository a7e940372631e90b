"""The life of a stack: scaled, stopped, started on its old volumes, opened to SQL clients, and gone."""

import time
from dataclasses import replace

import pymysql
import pytest

from cartload_dev.ports import free_ports, is_free
from support.client import User, signed_up
from support.compose import ONCE, OURS, SERVERS, Stack, docker

pytestmark = pytest.mark.timeout(900)
START_SECONDS = 180
STOP_SECONDS = 25
SCALED = ("gateway", "generator-player", "generator-worker", "notifier", "writer-consumer")


@pytest.mark.parametrize(
    "files", [("docker-compose.yml",), ("docker-compose.yml", "docker-compose.mysql.yml")]
)
def test_the_files_are_clean(stack: Stack, files: tuple[str, ...]) -> None:
    said = replace(stack, files=files).compose("config", "--quiet")
    assert said == ""


async def test_what_shares_work_can_be_scaled(stack: Stack, user: User) -> None:
    first = next(port for port in free_ports(100) if is_free(port + 1))
    scaled = replace(stack, ports=range(first, first + 2), settings={"CARTLOAD_PORT": f"{first}-{first + 1}"})
    scaled.up(*(part for service in SCALED for part in ("--scale", f"{service}=2")))
    try:
        for service in SCALED:
            assert len(scaled.containers(service)) == 2, service
        for port in scaled.ports:
            async with signed_up(f"http://127.0.0.1:{port}") as somebody:
                job = await somebody.make_dataset(customers=3_000)
                assert job["rows_done"] == job["rows_total"]
    finally:
        stack.up()
    assert len(stack.containers(*OURS)) == len(OURS)


def test_sigterm_ends_each_of_ours_within_its_grace(stack: Stack) -> None:
    for service in OURS:
        began = time.monotonic()
        stack.compose("stop", service)
        assert time.monotonic() - began < STOP_SECONDS, service
        assert stack.container(service)["State"]["ExitCode"] == 0, service
    stack.compose("start", *OURS)
    stack.wait_healthy(*OURS)


async def test_the_old_volumes_carry_everything_over(
    stack: Stack, user: User, began: dict[str, float]
) -> None:
    job = await user.make_dataset(customers=200, seed=2)
    rows = await user.get(f"/api/datasets/{job['dataset_id']}/tables/users/rows?limit=3")
    stack.compose("down", "--timeout", "60", seconds=300)
    assert not stack.left()["containers"]
    began["old"] = stack.up()
    assert began["old"] <= START_SECONDS
    for one in stack.containers(*ONCE):
        assert one["State"]["ExitCode"] == 0, one["Name"]
    await user.sign_in()
    assert await user.get(f"/api/datasets/{job['dataset_id']}/tables/users/rows?limit=3") == rows
    again = await user.make_dataset(customers=200, seed=2)
    assert again["rows_done"] == job["rows_done"]


async def test_an_override_opens_mysql_to_clients_on_this_machine(stack: Stack, user: User) -> None:
    (port,) = free_ports(1)
    opened = replace(
        stack,
        files=("docker-compose.yml", "docker-compose.mysql.yml"),
        settings={"CARTLOAD_MYSQL_PORT": str(port)},
    )
    opened.up()
    try:
        bounds = opened.container("mysql")["NetworkSettings"]["Ports"]["3306/tcp"]
        assert bounds == [{"HostIp": "127.0.0.1", "HostPort": str(port)}]
        job = await user.make_dataset(customers=50)
        answer = await user.call("POST", f"/api/datasets/{job['dataset_id']}/connection")
        assert (answer.body["host"], answer.body["port"]) == ("127.0.0.1", port), answer.body
        counted = count(answer.body, "users")
        assert counted == job["tables"]["users"]["rows_done"] == 50
    finally:
        stack.up()
    assert not stack.container("mysql")["NetworkSettings"]["Ports"].get("3306/tcp")


def count(connection: dict[str, str], table: str) -> int:
    """Rows of a table, asked as the user of a dataset."""
    with (
        pymysql.connect(
            host=connection["host"],
            port=int(connection["port"]),
            user=connection["user"],
            password=connection["password"],
            database=connection["database"],
        ) as client,
        client.cursor() as cursor,
    ):
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        row = cursor.fetchone()
        assert row is not None
        return int(row[0])


def test_down_with_volumes_leaves_nothing(stack: Stack) -> None:
    assert all(stack.left().values())
    stack.down()
    assert not any(stack.left().values())
    volumes = docker("volume", "ls", "--quiet", "--filter", f"name={stack.project}").split()
    assert volumes == []
    assert not [service for service in (*OURS, *SERVERS) if stack.containers(service)]
