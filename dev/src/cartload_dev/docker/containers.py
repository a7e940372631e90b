"""One server in a container for tests, by testcontainers: what its image is told, and its name."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Its helper container comes from an image of its own; what is left over is removed by label instead.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")

from docker.errors import NotFound
from docker.models.containers import Container
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from cartload_dev.ports import LOOPBACK

LABEL = "dev.cartload.run"


@dataclass(frozen=True)
class Wanted:
    """A container as it should be."""

    image: str
    name: str
    run: Path
    """The run folder it belongs to; it is removed with it."""
    ports: tuple[int, int]
    """Port inside, and port on this machine's loopback address."""
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def name_of(run: Path, server: str) -> str:
    """Return the name of a run folder's container: its own, however many folders there are."""
    return f"cartload-{hashlib.sha256(str(run).encode()).hexdigest()[:10]}-{server}"


def started(wanted: Wanted) -> Container:
    """Return the container, running: the one of that name, killed before where it still ran, or a new one.

    So a container keeps its data from start to start, and each start is one of its server.
    """
    found = find(wanted.name)
    if found is None:
        return _create(wanted)
    if found.status == "running":
        found.kill()
        found.wait()
    found.start()
    return found


def find(name: str) -> Container | None:
    """Return the container of a name, or None."""
    try:
        return DockerClient().client.containers.get(name)
    except NotFound:
        return None


def remove(run: Path) -> None:
    """Remove all containers of a run folder with their data."""
    for container in DockerClient().client.containers.list(all=True, filters={"label": f"{LABEL}={run}"}):
        container.remove(force=True, v=True)


def _create(wanted: Wanted) -> Container:
    inner, outer = wanted.ports
    container = DockerContainer(wanted.image, name=wanted.name, env=dict(wanted.environment))
    more: dict[str, Any] = {"labels": {LABEL: str(wanted.run)}}
    container.with_kwargs(**more)
    # On the loopback address only, which with_bind_ports cannot say.
    container.ports[f"{inner}/tcp"] = (LOOPBACK, outer)  # type: ignore[assignment]
    if wanted.command:
        container.with_command(list(wanted.command))
    return container.start().get_wrapped_container()
