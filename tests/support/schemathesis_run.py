"""Schemathesis against a running system: as its command, so that its pytest plugin stays out of all tests."""

import os
import subprocess
import sys
from pathlib import Path

from cartload_dev.paths import checkout

CONFIGURATION = checkout() / "tests" / "schemathesis.toml"


def run(base_url: str, token: str, *, examples: int, seed: int, folder: Path) -> tuple[int, str]:
    """Try every operation of the system's own document that often; gives the exit code and the report."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        f"--config-file={CONFIGURATION}",
        "run",
        f"{base_url}/openapi.json",
        f"--header=Authorization: Bearer {token}",
        f"--max-examples={examples}",
        f"--seed={seed}",
        "--workers=2",
    ]
    environ = {**os.environ, "PYTHONPATH": str(checkout() / "tests")}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
