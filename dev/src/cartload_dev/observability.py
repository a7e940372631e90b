"""Prometheus: its programs on this machine, and what `make observability-test` asks of them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from cartload_dev.errors import LauncherError

FOLDER = Path("deploy") / "observability"
INSTALL = (
    "Install it with `apt-get install prometheus` (Debian, Ubuntu) or `brew install prometheus`, or put the "
    "programs of https://prometheus.io/download on PATH."
)


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
