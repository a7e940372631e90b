"""A backup in the middle of a job, all data lost, and the restore of docs/operations.md, to the letter."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.storage.blob import ContainerClient, ContentSettings

from cartload_dev import lifecycle
from cartload_dev.paths import RunDir
from cartload_dev.ports import free_ports
from cartload_dev.system_client import SystemClient
from support.client import User, signed_up
from support.engine import ENGINE, launcher_environment
from support.equality import CONTAINER, engine_hashes, stored_hashes

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.skipif(ENGINE != "native", reason="the disk of a local server is copied"),
]
SERVERS = ("mariadb", "azurite", "kafka")


@dataclass(frozen=True)
class KeptBlob:
    """One blob of a backup."""

    name: str
    content: bytes
    metadata: dict[str, str]
    content_type: str


class Installation:
    """A system of its own that is started, lost and started again."""

    def __init__(self, folder: Path) -> None:
        self.run = RunDir(folder / "run")
        self.kept = folder / "backup"
        self.environ = {**launcher_environment(), "CARTLOAD_PORT": str(free_ports(1)[0])}

    def start(self, *, servers_only: bool = False) -> SystemClient:
        lifecycle.start(self.run, self.environ, lambda _: None, servers_only=servers_only, owner=os.getpid())
        return SystemClient(self.run)

    def back_up(self, system: SystemClient) -> list[KeptBlob]:
        """Steps 1 to 4: the tasks stop, the server's disk as of one moment, then the container."""
        with stopped(system, "writer-tasks"):
            with stopped(system, "database"):
                sockets = shutil.ignore_patterns("*.sock", "*.pid")
                shutil.copytree(self.run.data / "mariadb", self.kept, ignore=sockets)
            with container(system) as blobs:
                return [_kept(blobs, found) for found in blobs.list_blobs(include=["metadata"])]

    def lose_everything(self) -> None:
        """Stop, and delete all data. The secrets are kept elsewhere, and are there."""
        lifecycle.stop(self.run)
        for server in SERVERS:
            shutil.rmtree(self.run.data / server)

    def restore(self, backup: list[KeptBlob]) -> None:
        """Databases and container; the topics are made anew by the next start, and so is what is migrated."""
        shutil.copytree(self.kept, self.run.data / "mariadb")
        servers = self.start(servers_only=True)
        with container(servers) as blobs:
            blobs.create_container()
            for blob in backup:
                settings = ContentSettings(content_type=blob.content_type)
                blobs.upload_blob(blob.name, blob.content, metadata=blob.metadata, content_settings=settings)
        lifecycle.stop(self.run)


@contextmanager
def stopped(system: SystemClient, name: str) -> Iterator[None]:
    """A program that does nothing for the length of the block."""
    system.send(name, signal.SIGSTOP)
    try:
        yield
    finally:
        system.send(name, signal.SIGCONT)


@contextmanager
def container(system: SystemClient) -> Iterator[ContainerClient]:
    connection = system.endpoints.blob_connection_string
    with ContainerClient.from_connection_string(connection, CONTAINER, api_version="2025-05-05") as client:
        yield client


def _kept(blobs: ContainerClient, found: Any) -> KeptBlob:
    content = blobs.download_blob(found.name).readall()
    return KeptBlob(found.name, content, found.metadata, found.content_settings.content_type)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    lifecycle.stop(made.run)


async def test_what_a_backup_holds_is_there_again_and_its_jobs_go_on(installation: Installation) -> None:
    system = installation.start()
    async with signed_up(system.base_url) as user:
        whole = await user.make_dataset(customers=300)
        begun = await user.start_job(customers=60_000)
        await user.job_when(begun["id"], lambda job: 0 < job["rows_done"] < job["rows_total"] / 2)
        backup = installation.back_up(system)
        at_backup = await user.get(f"/api/jobs/{begun['id']}")
        assert at_backup["state"] == "running", "the job must be in the middle"
        later = await user.make_dataset(customers=50)

    installation.lose_everything()
    installation.restore(backup)

    system = installation.start()
    async with aiohttp.ClientSession(system.base_url) as http:
        again = User(http, user.name, user.password)
        await again.sign_in()
        await require_whole(system, again, whole["dataset_id"])
        finished = await again.finish_job(begun["id"], seconds=900)
        assert finished["state"] == "completed"
        await require_whole(system, again, begun["dataset_id"])
        assert (await again.call("GET", f"/api/datasets/{later['dataset_id']}")).status == 404
        assert (await again.make_dataset(customers=50))["state"] == "completed"


async def require_whole(system: SystemClient, user: User, dataset_id: str) -> None:
    """MySQL, Blob and the engine hold the same rows."""
    dataset, stored = await stored_hashes(system, user, dataset_id)
    assert stored == engine_hashes(dataset["spec"], dataset["segments"])
