"""What is done once before a server's first start, and not again: storage made, configuration written."""

import stat
from pathlib import Path

import pytest

from cartload_dev import azurite, kafka, mariadb
from cartload_dev.errors import LauncherError
from cartload_dev.layout import Layout, plan
from cartload_dev.paths import RunDir
from cartload_dev.programs import Task


class Tasks:
    """Tasks that were run; each makes the file or folder that its command is there for."""

    def __init__(self, made: Path, *, fails: bool = False) -> None:
        self.made = made
        self.fails = fails
        self.names: list[str] = []
        self.commands: list[str] = []

    async def run(self, task: Task) -> None:
        self.names.append(task.name)
        self.commands.append(" ".join(task.command))
        self.made.parent.mkdir(parents=True, exist_ok=True)
        self.made.mkdir()
        if self.fails:
            raise LauncherError("interrupted")


def zones() -> list[str]:
    return ["INSERT INTO mysql.time_zone VALUES (1,'N')"]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return plan(RunDir(tmp_path / "run"), (), {})


async def test_kafka_is_formatted_once_and_configured_at_every_start(tmp_path: Path) -> None:
    home = tmp_path / "kafka"
    tasks = Tasks(home / "data" / "meta.properties")
    for port in (9092, 9192):
        await kafka.prepare("java", tmp_path / "jars", home, port, 9093, tasks.run)
    assert tasks.names == ["kafka-format"]
    assert "PLAINTEXT://127.0.0.1:9192" in (home / kafka.CONFIG).read_text()


async def test_each_kafka_gets_a_cluster_id_of_its_own_that_is_no_option(tmp_path: Path) -> None:
    ids = set()
    for number in range(20):
        home = tmp_path / str(number)
        tasks = Tasks(home / "data" / "meta.properties")
        await kafka.prepare("java", tmp_path, home, 1, 2, tasks.run)
        ids.add(tasks.commands[0].partition(" -t ")[2].partition(" ")[0])
    assert len(ids) == 20
    assert not [cluster for cluster in ids if cluster.startswith("-") or len(cluster) != 22]


async def test_the_database_is_made_under_another_name_until_it_is_whole(
    tmp_path: Path, layout: Layout
) -> None:
    home, password = tmp_path / "mariadb", layout.secrets.root_password
    broken = Tasks(home / "data.new", fails=True)
    with pytest.raises(LauncherError):
        await mariadb.prepare(tmp_path, home, layout.accounts, password, broken.run, zones)
    assert not (home / "data").exists()
    whole = Tasks(home / "data.new")
    for _ in range(2):
        await mariadb.prepare(tmp_path, home, layout.accounts, password, whole.run, zones)
    assert whole.names == ["mariadb-install"]
    assert (home / "data").is_dir()
    assert not (home / "data.new").exists()


async def test_the_start_up_sql_is_for_its_owner_and_loads_time_zones_until_they_are_there(
    tmp_path: Path, layout: Layout
) -> None:
    home, password = tmp_path / "mariadb", layout.secrets.root_password
    (home / "data").mkdir(parents=True)
    tasks = Tasks(tmp_path / "none")
    await mariadb.prepare(tmp_path, home, layout.accounts, password, tasks.run, zones)
    first = (home / "init.sql").read_text()
    assert stat.S_IMODE((home / "init.sql").stat().st_mode) == 0o600
    assert "INSERT INTO mysql.time_zone " in first
    (home / "data" / "cartload-time-zones-loaded").touch()
    await mariadb.prepare(tmp_path, home, layout.accounts, password, tasks.run, zones)
    again = (home / "init.sql").read_text()
    assert "time_zone" not in again
    assert first.startswith(again)
    assert all(line.endswith(";") for line in first.splitlines())


async def test_a_database_that_nobody_can_sign_in_to_is_not_ready(layout: Layout) -> None:
    assert not await mariadb.is_ready(layout.servers.mysql, "secret", layout.accounts)


async def test_azurite_finds_its_folder_made(tmp_path: Path) -> None:
    program = azurite.program(tmp_path / "main.js", tmp_path / "a" / "b", 1, "key")
    assert program.prepare is not None
    for _ in range(2):
        await program.prepare(Tasks(tmp_path / "none").run)
    assert (tmp_path / "a" / "b").is_dir()


def test_the_blob_key_is_in_the_environment_and_not_in_the_command_line(tmp_path: Path) -> None:
    program = azurite.program(tmp_path / "main.js", tmp_path, 1, "the-key")
    assert "the-key" not in " ".join(program.command)
    assert program.environment == {"AZURITE_ACCOUNTS": "cartload:the-key"}
    assert "AccountKey=the-key;" in azurite.connection_string(1, "the-key")


def test_no_server_shows_a_password_in_its_command_line(tmp_path: Path, layout: Layout) -> None:
    password = layout.secrets.root_password
    program = mariadb.program(tmp_path, tmp_path, 1, password, layout.accounts)
    told = " ".join(program.command)
    assert not [secret for secret in (password, layout.secrets.auth_password) if secret in told]
