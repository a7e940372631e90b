"""What the launcher asks of docker compose, heard by a program that stands in for it."""

from pathlib import Path

import pytest

from cartload_dev.docker import compose, container_process
from cartload_dev.docker.containers import Wanted, name_of
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir
from cartload_dev.ports import free_ports


@pytest.fixture
def docker(tmp_path: Path) -> "Docker":
    return Docker(tmp_path)


class Docker:
    """A `docker` that notes what it is told and answers as it should."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {"PATH": str(folder)}
        self.answering()

    def answering(self, *, ports: str = "", containers: str = "", failing: str = "none") -> None:
        text = f"""#!/bin/sh
echo "$CARTLOAD_PORT $*" >>{self.folder}/told
case "$*" in
  *" {failing}"*) echo "cannot {failing}"; exit 1 ;;
  *"ps --format"*) echo "{ports}" ;;
  *"ps --all"*) echo "{containers}" ;;
esac
"""
        (self.folder / "docker").write_text(text)
        (self.folder / "docker").chmod(0o755)

    @property
    def told(self) -> list[str]:
        return (self.folder / "told").read_text().splitlines()


def said(_text: str) -> None:
    pass


def test_up_builds_and_starts_on_the_port_that_was_asked_for(docker: Docker, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    environ = {**docker.environ, "CARTLOAD_PORT": str(port), "CARTLOAD_WORKERS": "3"}
    run = RunDir(tmp_path / "run")
    assert compose.up(run, environ, said) == f"http://127.0.0.1:{port}"
    assert docker.told[-2:] == [
        f"{port} compose --progress quiet build --quiet",
        f"{port} compose --progress quiet up --detach --wait --scale generator-worker=3",
    ]
    assert compose.is_in_use(run, {})


def test_a_stack_that_runs_keeps_its_port(docker: Docker, tmp_path: Path) -> None:
    docker.answering(ports="127.0.0.1:18081->8080/tcp")
    assert compose.up(RunDir(tmp_path / "run"), docker.environ, said) == "http://127.0.0.1:18081"


def test_a_failed_start_says_what_docker_said(docker: Docker, tmp_path: Path) -> None:
    docker.answering(failing="up")
    with pytest.raises(LauncherError, match="cannot up"):
        compose.up(RunDir(tmp_path / "run"), docker.environ, said)


def test_down_keeps_the_data_unless_told_otherwise(docker: Docker) -> None:
    assert not compose.down(docker.environ)
    assert not any(" down" in line for line in docker.told)
    docker.answering(containers="abc")
    assert compose.down(docker.environ)
    assert docker.told[-1].endswith(" down")
    assert compose.down(docker.environ, volumes=True)
    assert docker.told[-1].endswith(" down --volumes")


def test_what_observes_is_started_only_when_asked_for_and_its_addresses_are_told(docker: Docker) -> None:
    docker.answering(ports="127.0.0.1:19090->9090/tcp")
    told: list[str] = []
    compose.observe(docker.environ, told.append)
    assert docker.told[0].endswith("compose --progress quiet up --detach --wait prometheus grafana")
    assert told == ["prometheus: http://127.0.0.1:19090", "grafana: http://127.0.0.1:19090"]


def test_the_engine_that_was_named_decides(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    assert compose.is_in_use(run, {"CARTLOAD_ENGINE": "docker"})
    run.engine.touch()
    assert not compose.is_in_use(run, {"CARTLOAD_ENGINE": "native"})
    assert compose.is_in_use(run, {})


def test_a_container_is_described_and_read_again(tmp_path: Path) -> None:
    wanted = Wanted("image:1", "name", tmp_path, (3306, 1234), ("a", "--b"), {"C": "d"})
    assert container_process.read(container_process.described(wanted)) == wanted


def test_every_run_folder_has_containers_of_its_own(tmp_path: Path) -> None:
    assert name_of(tmp_path / "a", "mysql") != name_of(tmp_path / "b", "mysql")
    assert name_of(tmp_path / "a", "mysql") == name_of(tmp_path / "a", "mysql")


def test_a_container_left_by_a_dead_process_does_not_count(tmp_path: Path) -> None:
    wanted = Wanted("image:1", "name", tmp_path, (1, 2))
    assert not container_process.is_kept(wanted)
    container_process.mark(wanted).parent.mkdir()
    container_process.mark(wanted).write_text("4194304999")
    assert not container_process.is_kept(wanted)
    container_process.mark(wanted).write_text("1")
    assert container_process.is_kept(wanted)


def test_a_service_is_started_anew_and_commands_run_in_its_container(docker: Docker) -> None:
    compose.restart(docker.environ, "writer-consumer")
    assert compose.execute(docker.environ, "generator-api", "python", "-m", "x", "--topic", "a") == 0
    assert [line.strip() for line in docker.told] == [
        "compose --progress quiet restart writer-consumer",
        "compose exec -T generator-api python -m x --topic a",
    ]
