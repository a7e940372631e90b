"""How the tests' servers run: as local processes, or in containers (`CARTLOAD_ENGINE=docker`)."""

import os
import subprocess
from urllib.parse import urlsplit

from cartload_dev import requirements
from cartload_dev.cache import Cache
from cartload_dev.downloads import installed
from cartload_dev.paths import RunDir

ENGINE = requirements.engine(os.environ)


def launcher_environment() -> dict[str, str]:
    """The environment of a launcher in tests: nothing of ours but the engine."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CARTLOAD_")}
    return {**inherited, "CARTLOAD_ENGINE": ENGINE}


def remove_containers(run: RunDir) -> None:
    """Remove the containers of a run folder, where servers run in containers."""
    if ENGINE == "docker":
        from cartload_dev.docker import containers

        containers.remove(run.root)


def running_containers(run: RunDir) -> list[str]:
    """The names of a run folder's containers that run."""
    if ENGINE != "docker":
        return []
    label = f"label=dev.cartload.run={run.root}"
    return _docker("ps", "--filter", label, "--format", "{{.Names}}").split()


def mysql_client(url: str) -> list[str]:
    """A command that is the server's own client, signed in as a URL says; a database's name may follow."""
    parts = urlsplit(url)
    signed_in = [f"--user={parts.username}", f"--password={parts.password}"]
    if ENGINE == "docker":
        (container,) = _docker("ps", "--quiet", "--filter", f"publish={parts.port}").split()
        return ["docker", "exec", "--interactive", container, "mysql", "--host=127.0.0.1", *signed_in]
    program = installed(Cache.of(os.environ), os.environ).mariadb / "bin" / "mariadb"
    address = [f"--host={parts.hostname}", f"--port={parts.port}"]
    return [str(program), "--no-defaults", *address, *signed_in, "--skip-ssl"]


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout
