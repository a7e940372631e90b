"""A steady rate of mixed reads through the gateway, sent by Locust from an environment of its own."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from bench.system import running
from cartload_dev import environments
from load.figures import Figure, at_least, at_most

FOLDER = Path(__file__).parent
USERS = 50
PER_SECOND = 500
SECONDS = 60
SHARE_OF_RATE = 0.98
"""What is sent a second varies a little; a system that is too slow falls far behind."""
LONGEST_RUN = 600


def measure(users: int = USERS, per_second: float = PER_SECOND, seconds: float = SECONDS) -> list[Figure]:
    """Start a system, send to it for so long, and give the figures of all requests together.

    Locust prints those of each kind, and what errors there were.
    """
    locust = environments.environment("load", FOLDER / "requirements.lock", os.environ) / "bin" / "locust"
    with running("load") as system, tempfile.TemporaryDirectory() as folder:
        command = (
            *(str(locust), "--locustfile", str(FOLDER / "locustfile.py"), "--host", system.base_url),
            *("--headless", "--only-summary", "--users", str(users), "--spawn-rate", str(users)),
            *("--per-second", str(per_second), "--seconds", str(seconds), "--result", f"{folder}/result"),
        )
        done = subprocess.run(command, check=False, timeout=LONGEST_RUN)
        # It ends with 1 where requests failed, which the figures tell.
        if done.returncode not in (0, 1):
            raise RuntimeError(f"Locust ended with {done.returncode}")
        total = json.loads(Path(folder, "result").read_text())
    rate = total["requests"] / seconds
    return [
        at_least("requests a second through the gateway", rate, per_second * SHARE_OF_RATE),
        at_most("  of them answered with an error", total["failures"], 0),
        Figure("  p50, p95, p99", f"{total['p50']}, {total['p95']}, {total['p99']} ms"),
    ]
