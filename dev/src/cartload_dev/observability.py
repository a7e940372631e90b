"""Prometheus and Grafana beside a system that runs, and what `make observability-test` asks of promtool."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from cartload_dev import parent_death_signal
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir, checkout
from cartload_dev.ports import LOOPBACK, free_ports, is_free
from cartload_dev.system_client import Endpoints

FOLDER = Path("deploy") / "observability"
INSTALL = (
    "Install it with `apt-get install prometheus` (Debian, Ubuntu) or `brew install prometheus`, or put the "
    "programs of https://prometheus.io/download on PATH."
)
NO_GRAFANA = (
    "Grafana is not on PATH, so there are no dashboards; https://grafana.com/grafana/download has it."
)
START_SECONDS = 60.0
STOP_SECONDS = 10.0
_PROMETHEUS_PORT, _GRAFANA_PORT = 9090, 3000
_GRAFANA_HOMES = ("/usr/share/grafana", "/opt/homebrew/opt/grafana/share/grafana")

type Log = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    """A program to be started, with its port and the path that answers 200 once it is ready."""

    name: str
    command: Sequence[str]
    port: int
    ready: str
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        """Where people find it."""
        return f"http://{LOOPBACK}:{self.port}"


def program(name: str, environ: Mapping[str, str]) -> str:
    """Return the path of `prometheus` or `promtool`. Raises LauncherError that says how to install it."""
    found = shutil.which(name, path=environ.get("PATH"))
    if found is None:
        raise LauncherError(f"{name} is not on PATH. {INSTALL}")
    return found


def promtool_commands(promtool: str, root: Path) -> dict[str, tuple[str, ...]]:
    """Return what is asked of promtool, by title: that files can be read, and that alerts fire or do not."""
    rules, tests = (sorted(map(str, (root / FOLDER / name).glob("*.yaml"))) for name in ("rules", "tests"))
    return {
        "rules": (promtool, "check", "rules", *rules),
        "configuration": (
            promtool,
            "check",
            "config",
            "--syntax-only",
            str(root / FOLDER / "prometheus.yml"),
        ),
        "tests of the alerts": (promtool, "test", "rules", *tests),
    }


def configuration(metrics: Mapping[str, str], rules: Path) -> dict[str, object]:
    """Return Prometheus' configuration for processes of this machine, by their names and addresses."""
    targets = [
        {"targets": [url.removeprefix("http://").removesuffix("/metrics")], "labels": {"instance": name}}
        for name, url in metrics.items()
    ]
    return {
        "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
        "rule_files": [str(rules / "*.yaml")],
        "scrape_configs": [{"job_name": "cartload", "static_configs": targets}],
    }


def observe(run: RunDir, environ: Mapping[str, str], log: Log) -> None:
    """Hold Prometheus, and Grafana where it is installed, beside the system until interrupted.

    Raises LauncherError when no system runs here, or Prometheus is missing or does not start.
    """
    prometheus = program("prometheus", environ)
    if not run.endpoints.exists():
        raise LauncherError("nothing runs here; start it with `make demo` or `make up`")
    folder = run.root / "observe"
    folder.mkdir(exist_ok=True)
    programs = [_prometheus(prometheus, folder, Endpoints.read(run).metrics)]
    if (grafana := shutil.which("grafana", path=environ.get("PATH"))) is not None:
        programs.append(_grafana(Path(grafana), folder, programs[0].url))
    else:
        log(NO_GRAFANA)
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(_started(one, folder, environ)) for one in programs]
        for one, process in zip(programs, processes, strict=True):
            _wait_until_ready(one, process, folder)
            log(f"{one.name}: {one.url}")
        log("Ctrl-C ends this.")
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    raise LauncherError(f"it ended by itself; {folder}/*.log say why")


def _prometheus(path: str, folder: Path, metrics: Mapping[str, str]) -> Program:
    file = folder / "prometheus.yml"
    # JSON is YAML too.
    file.write_text(
        json.dumps(configuration(metrics, checkout() / FOLDER / "rules"), indent=2) + "\n", "utf-8"
    )
    port = _port(_PROMETHEUS_PORT)
    command = (
        path,
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        "--storage.tsdb.retention.time=7d",
        f"--web.listen-address={LOOPBACK}:{port}",
    )
    return Program("Prometheus", command, port, "/-/ready", {})


def _grafana(path: Path, folder: Path, prometheus: str) -> Program:
    port = _port(_GRAFANA_PORT)
    homes = (str(path.resolve().parents[1]), *_GRAFANA_HOMES)
    home = next((one for one in homes if (Path(one) / "conf" / "defaults.ini").exists()), homes[0])
    # Whoever reaches this machine's loopback may look, and nobody can sign in or change anything.
    environment = {
        "CARTLOAD_PROMETHEUS_URL": prometheus,
        "CARTLOAD_DASHBOARDS": str(checkout() / FOLDER / "dashboards"),
        "GF_PATHS_PROVISIONING": str(checkout() / FOLDER / "grafana"),
        "GF_PATHS_DATA": str(folder / "grafana"),
        "GF_PATHS_LOGS": str(folder / "grafana"),
        "GF_PATHS_PLUGINS": str(folder / "grafana" / "plugins"),
        "GF_SERVER_HTTP_ADDR": LOOPBACK,
        "GF_SERVER_HTTP_PORT": str(port),
        "GF_AUTH_ANONYMOUS_ENABLED": "true",
        "GF_AUTH_BASIC_ENABLED": "false",
        "GF_AUTH_DISABLE_LOGIN_FORM": "true",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    }
    command = (str(path), "server", "--homepath", home)
    return Program("Grafana", command, port, "/api/health", environment)


def _port(usual: int) -> int:
    return usual if is_free(usual) else free_ports(1)[0]


@contextlib.contextmanager
def _started(one: Program, folder: Path, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    starter = (sys.executable, "-I", "-S", parent_death_signal.__file__, str(os.getpid()))
    with (folder / f"{one.name.lower()}.log").open("wb") as output:
        process = subprocess.Popen(
            (*starter, *one.command),
            env={**environ, **one.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal reaches this process, which then ends it.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(one: Program, process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if _answers(one):
            return
        time.sleep(0.2)
    raise LauncherError(f"{one.name} does not start; {folder / one.name.lower()}.log says why")


def _answers(one: Program) -> bool:
    connection = HTTPConnection(LOOPBACK, one.port, timeout=2)
    try:
        connection.request("GET", one.ready)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
