"""A stack of docker-compose.yml in a test's hands: a project of its own, gone at the end."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cartload_dev.paths import checkout
from cartload_dev.ports import free_ports

UP_SECONDS = 600
OURS = (
    "auth",
    "gateway",
    "generator-api",
    "generator-player",
    "generator-worker",
    "notifier",
    "shop-api",
    "shop-worker",
    "writer-api",
    "writer-checker",
    "writer-consumer",
    "writer-tasks",
)
ONCE = (
    "auth-migrate",
    "generator-migrate",
    "secrets",
    "shop-migrate",
    "topics",
    "users",
    "writer-migrate",
)
PREFIXES = ("CARTLOAD_", "COMPOSE_")
SERVERS = ("azurite", "kafka", "mysql")


def docker(*arguments: str, seconds: float = 120, environ: dict[str, str] | None = None) -> str:
    """Run docker and return what it prints; fails with what it says on the error stream.

    Of this process's environment it sees nothing of ours but what is given.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}
    done = subprocess.run(
        ["docker", *arguments],
        cwd=checkout(),
        env={**inherited, **(environ or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


@dataclass
class Stack:
    """One project."""

    project: str
    ports: range
    settings: dict[str, str] = field(default_factory=dict)
    """What a person would write into `.env`."""
    files: tuple[str, ...] = ("docker-compose.yml",)

    @property
    def base_url(self) -> str:
        """The public origin."""
        return f"http://127.0.0.1:{self.ports[0]}"

    def compose(self, *arguments: str, seconds: float = 120) -> str:
        """Run docker compose for this project, without anybody's `.env`."""
        files = [part for name in self.files for part in ("-f", name)]
        place = ("--project-name", self.project, "--env-file", "/dev/null")
        given = {"CARTLOAD_PORT": str(self.ports[0]), **self.settings}
        return docker("compose", *place, *files, *arguments, seconds=seconds, environ=given)

    def up(self, *arguments: str) -> float:
        """Start everything and return after how many seconds all is healthy."""
        began = time.monotonic()
        self.compose("up", "--detach", "--wait", *arguments, seconds=UP_SECONDS)
        return time.monotonic() - began

    def containers(self, *services: str) -> list[dict[str, Any]]:
        """What `docker inspect` says of the containers of services, or of all."""
        ids = self.compose("ps", "--all", "--quiet", *services).split()
        found: list[dict[str, Any]] = json.loads(docker("inspect", *ids)) if ids else []
        return found

    def container(self, service: str) -> dict[str, Any]:
        """What `docker inspect` says of a service's only container."""
        (one,) = self.containers(service)
        return one

    def inside(self, service: str, *command: str) -> str:
        """Run a command in the container of a service."""
        return self.compose("exec", "--no-TTY", service, *command)

    def script(self, service: str, path: Path, *arguments: str, seconds: float = 300) -> str:
        """Run one of the tests' scripts beside a service: with its image, network, secrets and settings."""
        tests = checkout() / "tests"
        mounted = ("--volume", f"{tests}:/tests:ro", "--env", "PYTHONPATH=/opt/cartload/app:/tests")
        once = ("run", "--rm", "--no-deps", "--no-TTY", *mounted, "--entrypoint", "python")
        inner = f"/tests/{path.relative_to(tests)}"
        return self.compose(*once, service, inner, *arguments, seconds=seconds)

    def wait_healthy(self, *services: str, seconds: float = 120) -> None:
        """Return when the containers of services, or all that stay, are healthy."""
        watched = services or (*OURS, *SERVERS)
        deadline = time.monotonic() + seconds
        while True:
            states = {one["Name"]: one["State"]["Health"]["Status"] for one in self.containers(*watched)}
            if set(states.values()) == {"healthy"}:
                return
            assert time.monotonic() < deadline, states
            time.sleep(0.5)

    def down(self) -> None:
        """Delete everything, volumes too."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "30", seconds=300)

    def left(self) -> dict[str, list[str]]:
        """What there is of this project, by kind."""
        label = f"label=com.docker.compose.project={self.project}"
        kinds = {
            "containers": ("ps", "--all"),
            "volumes": ("volume", "ls"),
            "networks": ("network", "ls"),
        }
        return {
            kind: docker(*command, "--quiet", "--filter", label).split() for kind, command in kinds.items()
        }


@contextmanager
def project(name: str, **settings: str) -> Iterator[Stack]:
    """A project of this test run, deleted at the end."""
    (first,) = free_ports(1)
    stack = Stack(f"cartload-test-{name}-{os.getpid()}", range(first, first + 1), settings)
    try:
        yield stack
    finally:
        stack.down()
