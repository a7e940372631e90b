"""How the tests' servers run: as local processes, or in containers (`CARTLOAD_ENGINE=docker`)."""

import os
import subprocess
from urllib.parse import urlsplit

from cartload_dev import requirements
from cartload_dev.cache import Cache
from cartload_dev.downloads import installed
from cartload_dev.paths import RunDir
from support.certificates import Certificate

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
        container = _container(parts.port)
        return ["docker", "exec", "--interactive", container, "mysql", "--host=127.0.0.1", *signed_in]
    program = installed(Cache.of(os.environ), os.environ).mariadb / "bin" / "mariadb"
    address = [f"--host={parts.hostname}", f"--port={parts.port}"]
    return [str(program), "--no-defaults", *address, *signed_in, "--skip-ssl"]


def give_certificate(url: str, certificate: Certificate) -> None:
    """Have the containered server at a URL show a certificate from now on."""
    container = _container(urlsplit(url).port)
    for name, file in (("cert", certificate.chain), ("key", certificate.key)):
        subprocess.run(
            ["docker", "exec", "--interactive", container, "sh", "-c", f"cat >/var/lib/mysql/own-{name}.pem"],
            input=file.read_bytes(),
            check=True,
        )
    statements = "SET GLOBAL ssl_cert = 'own-cert.pem', ssl_key = 'own-key.pem'; ALTER INSTANCE RELOAD TLS"
    subprocess.run([*mysql_client(url), "--execute", statements], check=True, capture_output=True)


def _container(port: int | None) -> str:
    """The container that publishes a port."""
    (container,) = _docker("ps", "--quiet", "--filter", f"publish={port}").split()
    return container


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout
