"""Everything in containers: docker-compose.yml of this checkout, started, shown and stopped."""

import subprocess
from collections.abc import Callable, Mapping

from cartload_dev import requirements
from cartload_dev.commands import run_quietly
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir, checkout
from cartload_dev.ports import LOOPBACK, gateway_port

Log = Callable[[str], None]


def up(run: RunDir, environ: Mapping[str, str], log: Log) -> str:
    """Build the images where something changed, start everything, and return the public URL.

    Raises LauncherError when something is missing or the start fails; what runs already is left as it is.
    """
    requirements.check({**environ, "CARTLOAD_ENGINE": "docker"})
    port = published_port(environ) or gateway_port(environ)
    run.create()
    run.engine.write_text("docker\n", encoding="utf-8")
    with_port = {**environ, "CARTLOAD_PORT": str(port)}
    log("  building the images (minutes the first time, then seconds)")
    _run(with_port, "build", "--quiet")
    log("  starting the containers")
    _run(with_port, "up", "--detach", "--wait", *_scale(environ))
    return f"http://{LOOPBACK}:{port}"


def down(environ: Mapping[str, str], *, volumes: bool = False) -> bool:
    """Stop and remove the containers, with `volumes` their data too; return whether there were any."""
    some = bool(_output(_with_all(environ), "ps", "--all", "--quiet"))
    if some or volumes:
        _run(_with_all(environ), "down", *(["--volumes"] if volumes else []))
    return some


def observe(environ: Mapping[str, str], log: Log) -> None:
    """Start Prometheus and Grafana beside the containers; raises LauncherError when that fails."""
    _run(_with_all(environ), "up", "--detach", "--wait", "prometheus", "grafana")
    for name in ("prometheus", "grafana"):
        address = _output(_with_all(environ), "ps", "--format", "{{.Ports}}", name).partition("->")[0]
        log(f"{name}: http://{address}")


def follow_logs(environ: Mapping[str, str]) -> None:
    """Show the logs of all containers until interrupted."""
    subprocess.run(
        _command("logs", "--follow", "--tail", "20"), env=dict(environ), cwd=checkout(), check=False
    )


def restart(environ: Mapping[str, str], service: str) -> None:
    """Start the containers of a service anew; `docker compose ps` says when they are healthy."""
    _run(environ, "restart", service)


def execute(environ: Mapping[str, str], service: str, *command: str) -> int:
    """Run a command in a service's container; return its exit code."""
    return subprocess.run(
        _command("exec", "-T", service, *command), env=dict(environ), cwd=checkout(), check=False
    ).returncode


def published_port(environ: Mapping[str, str]) -> int | None:
    """Return the public port of the stack that runs, or None when none does."""
    # `127.0.0.1:8080->8080/tcp`
    published = _output(environ, "ps", "--format", "{{.Ports}}", "gateway")
    port = published.partition("->")[0].rpartition(":")[2]
    return int(port) if port.isdecimal() else None


def is_in_use(run: RunDir, environ: Mapping[str, str]) -> bool:
    """Return whether this checkout's system is one of containers: asked for, or started last."""
    named = environ.get("CARTLOAD_ENGINE", "")
    if named:
        return named == "docker"
    return run.engine.exists() or requirements.engine(environ) == "docker"


def _with_all(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which compose knows what only starts when it is asked for."""
    return {**environ, "COMPOSE_PROFILES": "observe"}


def _scale(environ: Mapping[str, str]) -> list[str]:
    """Return the options for what the launcher knows as variables."""
    services = {"CARTLOAD_WORKERS": "generator-worker", "CARTLOAD_WRITERS": "writer-consumer"}
    wanted = {service: environ.get(name, "") for name, service in services.items()}
    return [part for service, count in wanted.items() if count for part in ("--scale", f"{service}={count}")]


def _command(*arguments: str) -> list[str]:
    return ["docker", "compose", *arguments]


def _run(environ: Mapping[str, str], *arguments: str) -> None:
    command = _command("--progress", "quiet", *arguments)
    try:
        run_quietly(command, checkout(), environ, title=f"docker compose {arguments[0]}")
    except LauncherError as error:
        raise LauncherError(
            f"{error}\n`docker compose ps --all` and `docker compose logs SERVICE` say more."
        ) from None


def _output(environ: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        _command(*arguments), env=dict(environ), cwd=checkout(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""
