"""What a large dataset takes: time by stage, peak memory of every process, peak disk. See docs/capacity.md.

`PYTHONPATH=tests python -m bench.capacity --customers 1000000 [--ids integer] [--compose]` makes one dataset
on a system that is started for it: native processes, or the stack of docker-compose.yml.
"""

import argparse
import asyncio
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.memory import resident
from bench.system import running
from bench.table import Row, render
from support.client import signed_up
from support.compose import SERVERS, Stack, docker, project

SAMPLE_SECONDS = 2.0
STACK_SETTINGS = {"CARTLOAD_USER_REQUESTS_PER_MINUTE": "1000000"}
DATA = {"mysql": "/var/lib/mysql", "kafka": "/var/lib/kafka/data", "azurite": "/blobs"}
_UNITS = {"B": 1 / 2**20, "KiB": 1 / 2**10, "MiB": 1.0, "GiB": 2.0**10}

type Sample = Callable[[], dict[str, float]]
"""Reads what is used now, in MiB by name."""


class Peaks:
    """The largest of what was seen at regular moments."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self.seen: dict[str, float] = {}

    def look(self) -> None:
        """Take one sample."""
        for name, value in self._sample().items():
            self.seen[name] = max(self.seen.get(name, 0.0), value)


@contextmanager
def sampled(*all_peaks: Peaks) -> Iterator[None]:
    """Take samples until the block ends."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(SAMPLE_SECONDS):
            for peaks in all_peaks:
                peaks.look()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def measure(spec: dict[str, Any], *, compose: bool) -> list[Row]:
    """Make one dataset of this spec and say what it took."""
    if compose:
        with project("capacity", **STACK_SETTINGS) as stack:
            stack.up()
            return _measured(stack.base_url, spec, _container_memory(stack), _container_disk(stack))
    with running() as system:
        disk = {"disk": str(system.run.data)}
        return _measured(system.base_url, spec, lambda: resident(system), lambda: _disk(disk))


def _measured(base_url: str, spec: dict[str, Any], memory: Sample, disk: Sample) -> list[Row]:
    memory_peaks, disk_peaks = Peaks(memory), Peaks(disk)
    with sampled(memory_peaks, disk_peaks):
        job, seconds = asyncio.run(_make(base_url, spec))
    stages = ", ".join(f"{name} {value:.0f} s" for name, value in job["stage_seconds"].items() if value)
    return [
        Row("state", job["state"], "completed"),
        *([Row("error", job["error"])] if job["error"] else []),
        Row("rows", f"{job['rows_done']:,}"),
        Row("seconds", f"{seconds:.0f} ({stages}; generating and storing are sums over workers)"),
        *(
            Row(f"peak memory of {name}", f"{value:.0f} MiB")
            for name, value in sorted(memory_peaks.seen.items())
        ),
        *(
            Row(f"peak disk of {name}", f"{value:,.0f} MiB")
            for name, value in sorted(disk_peaks.seen.items())
        ),
    ]


async def _make(base_url: str, spec: dict[str, Any]) -> tuple[dict[str, Any], float]:
    async with signed_up(base_url) as user:
        began = time.monotonic()
        job = await user.start_job(name="capacity", seed=1, **spec)
        while job["finished_at"] is None:
            await asyncio.sleep(SAMPLE_SECONDS)
            answer = await user.call("GET", f"/api/jobs/{job['id']}")
            if answer.status == 401:
                await user.sign_in()
            elif answer.status == 200:
                job = answer.body
        return job, time.monotonic() - began


def _disk(folders: dict[str, str]) -> dict[str, float]:
    # Files come and go while du looks: what it could not read any more is no error here.
    done = {
        name: subprocess.run(["du", "-sm", path], capture_output=True, text=True, check=False).stdout
        for name, path in folders.items()
    }
    return {name: float(text.split()[0]) for name, text in done.items() if text}


def _container_memory(stack: Stack) -> Sample:
    def sample() -> dict[str, float]:
        lines = docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").splitlines()
        found = {}
        for line in lines:
            name, used = line.split()[:2]
            if name.startswith(f"{stack.project}-"):
                number, unit = re.fullmatch(r"([\d.]+)(\w+)", used).groups()  # type: ignore[union-attr]
                found[name.removeprefix(f"{stack.project}-")] = float(number) * _UNITS[unit]
        return found

    return sample


def _container_disk(stack: Stack) -> Sample:
    def sample() -> dict[str, float]:
        found = {}
        for name in SERVERS:
            # As the user of the server: root of a container has no right to look into others' folders.
            text = stack.compose("exec", "--no-TTY", name, "sh", "-c", f"du -sm {DATA[name]} || true")
            found[name] = float(text.split()[0])
        return found

    return sample


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--ids", choices=("uuid", "integer"), default="uuid")
    parser.add_argument("--compose", action="store_true", help="in the containers of docker-compose.yml")
    given = parser.parse_args()
    spec = {"customers": given.customers, "ids": given.ids}
    print(render(measure(spec, compose=given.compose)))


if __name__ == "__main__":
    main()
