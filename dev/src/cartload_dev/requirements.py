"""What has to be on the machine beforehand: checked, and asked for in one line each."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cartload_dev.errors import LauncherError

HELM_AT_LEAST = (3, 18)
ENGINES = ("native", "docker")
JAVA_AT_LEAST = 17
PYTHON_AT_LEAST = (3, 12)


def check(environ: Mapping[str, str]) -> None:
    """Raise LauncherError with one line for each thing that is missing."""
    lines = missing(environ)
    if lines:
        raise LauncherError("\n".join(lines))


def missing(environ: Mapping[str, str]) -> list[str]:
    """Return one line for each thing that is missing, saying what to install; empty when all is there."""
    match engine(environ):
        case "native":
            problems = [_platform(), _python(), _java(environ), _maven(environ)]
        case "docker":
            problems = [_python(), _docker(environ)]
        case other:
            problems = [f"CARTLOAD_ENGINE={other} is not known here: unset it, or set it to native or docker"]
    return [problem for problem in problems if problem]


def check_helm(environ: Mapping[str, str]) -> None:
    """Raise LauncherError with one line when the Helm chart cannot be tested here."""
    version = helm_version(environ)
    if version is not None and version >= HELM_AT_LEAST:
        return
    found = f"Helm {version[0]}.{version[1]} is too old" if version else "Helm is missing"
    least = ".".join(map(str, HELM_AT_LEAST))
    raise LauncherError(f"{found}: install Helm {least} or newer (https://helm.sh/docs/intro/install/)")


def helm_version(environ: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the major and minor version of the `helm` on PATH, or None where there is none that runs."""
    command = shutil.which("helm", path=environ.get("PATH"))
    if command is None:
        return None
    try:
        done = subprocess.run(
            [command, "version", "--template", "{{.Version}}"],
            env=dict(environ),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"v(\d+)\.(\d+)", done.stdout)
    return (int(match[1]), int(match[2])) if match else None


def java(environ: Mapping[str, str]) -> str | None:
    """Return the `java` to use: the one of JAVA_HOME, else the first on PATH, else None."""
    home = environ.get("JAVA_HOME", "")
    if home and (Path(home) / "bin" / "java").exists():
        return str(Path(home) / "bin" / "java")
    return shutil.which("java", path=environ.get("PATH"))


def java_version(command: str) -> int | None:
    """Return the major version that `java -version` prints, or None when it does not run."""
    try:
        done = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_java_version(done.stderr + done.stdout)


def parse_java_version(text: str) -> int | None:
    """Read the major version out of the text of `java -version` (`"17.0.15"` is 17, `"1.8.0_402"` is 8)."""
    match = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(match.group(1)) if match else None


def engine(environ: Mapping[str, str]) -> str:
    """Return how the servers run: `native`, as local processes, or `docker`, in containers.

    The one of `CARTLOAD_ENGINE`; else native where Java is found, and docker where only that is.
    """
    named = environ.get("CARTLOAD_ENGINE", "")
    if named:
        return named
    # Java alone decides: without Docker and Java, native is what tells the user to install Java.
    only_docker = java(environ) is None and shutil.which("docker", path=environ.get("PATH"))
    return "docker" if only_docker else "native"


def _docker(environ: Mapping[str, str]) -> str | None:
    if not shutil.which("docker", path=environ.get("PATH")):
        return "Docker is missing: install Docker Engine with the compose plugin, or Docker Desktop"
    if not _answers(environ, "docker", "info"):
        return "Docker is not running, or this account may not use it: `docker info` says why"
    if not _answers(environ, "docker", "compose", "version"):
        return "Docker Compose is missing: install the compose plugin (docker-compose-plugin)"
    return None


def _answers(environ: Mapping[str, str], *command: str) -> bool:
    try:
        done = subprocess.run(command, env=dict(environ), capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _platform() -> str | None:
    here = f"{platform.system()} {platform.machine()}"
    if here == "Linux x86_64":
        return None
    return f"{here} is not supported: the database's binaries are for Linux on x86-64"


def _python() -> str | None:
    if sys.version_info >= PYTHON_AT_LEAST:
        return None
    return f"Python {platform.python_version()} is too old: install Python 3.12 or newer"


def _java(environ: Mapping[str, str]) -> str | None:
    command = java(environ)
    version = java_version(command) if command else None
    if version is not None and version >= JAVA_AT_LEAST:
        return None
    found = f"Java {version} is too old" if version else "Java is missing"
    return f"{found}: {_install('openjdk-17-jre-headless', 'Java 17 or newer')}"


def _maven(environ: Mapping[str, str]) -> str | None:
    if shutil.which("mvn", path=environ.get("PATH")):
        return None
    return f"Maven is missing: {_install('maven', 'Apache Maven')}"


def _install(package: str, otherwise: str) -> str:
    if not shutil.which("apt-get"):
        return f"install {otherwise}"
    prefix = "" if os.geteuid() == 0 else "sudo "
    return f"{prefix}apt-get install -y {package}"
