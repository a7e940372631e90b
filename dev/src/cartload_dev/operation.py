"""What an operator does to the running system: start a process anew, look at dead letters, put them back."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from cartload_dev.docker import compose
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir
from cartload_dev.state import SystemState
from cartload_dev.system_client import SystemClient

GENERATOR = "cartload_generator"


def restart(run: RunDir, name: str) -> None:
    """End a process, and return when its successor is ready; raises LauncherError where there is none."""
    system = _running(run)
    if name not in system.names:
        raise LauncherError(f"no process {name!r}: there are {', '.join(system.names)}")
    system.restart(name)


def letters(run: RunDir, environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Run the generator's command `dead-letters` or `redrive` against what runs; its exit code."""
    ends = _running(run).endpoints
    told = {
        "CARTLOAD_KAFKA_BOOTSTRAP_SERVERS": ends.kafka_bootstrap,
        "CARTLOAD_GENERATOR_DATABASE_URL": ends.databases[GENERATOR],
    }
    command = [sys.executable, "-m", GENERATOR, *arguments]
    return subprocess.run(command, env={**environ, **told}, check=False).returncode


def letters_in_containers(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Run that command in the container of the generator's API, which is told everything already."""
    return compose.execute(environ, "generator-api", "python", "-m", GENERATOR, *arguments)


def _running(run: RunDir) -> SystemClient:
    state = SystemState.read(run)
    if state is None or not state.running():
        raise LauncherError("nothing is running: start it with `make up`")
    return SystemClient(run)
