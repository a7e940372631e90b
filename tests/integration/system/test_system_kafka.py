"""What docs/kafka.md shows to readers of the topics are programs that run, in each of its languages."""

import asyncio
import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cartload_dev import node
from cartload_dev.cache import Cache
from cartload_dev.commands import run_quietly
from cartload_dev.paths import checkout
from cartload_dev.system_client import SystemClient
from support.client import User
from support.pages import snippets

PAGE = checkout() / "docs" / "kafka.md"
ENVIRON = node.environment(os.environ)


@dataclass(frozen=True)
class Example:
    """A program of the page in a folder with its libraries, and its command without the address."""

    folder: Path
    command: list[str]


def installed(name: str, text: str, build: Callable[[Path], None]) -> Path:
    """Libraries in the launcher's cache, fetched anew only when the page asks for others."""
    return Cache.of(os.environ).install(
        f"docs-{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}", build
    )


def program(folder: Path, name: str, text: str, user: User) -> None:
    (folder / name).write_text(text.replace("my-pipeline", f"{user.name}-{name}"), encoding="utf-8")


def commands(heading: str) -> list[list[str]]:
    (shell,) = snippets(PAGE, heading, "sh")
    return [line.replace("'", "").split() for line in shell.splitlines()]


def python_example(folder: Path, user: User) -> Example:
    program(folder, "read.py", snippets(PAGE, "Python", "python")[0], user)
    return Example(folder, [sys.executable, "read.py"])


def java_example(folder: Path, user: User) -> Example:
    install, run = commands("Java")
    (pom,) = snippets(PAGE, "Java", "xml")

    def build(into: Path) -> None:
        (into / "pom.xml").write_text(pom, encoding="utf-8")
        run_quietly([install[0], "-B", "-C", *install[1:]], into, ENVIRON)

    (folder / "lib").symlink_to(installed("java", pom, build) / "lib")
    program(folder, "Read.java", snippets(PAGE, "Java", "java")[0], user)
    return Example(folder, run[:-1])


def node_example(folder: Path, user: User) -> Example:
    install, run = commands("Node")

    def build(into: Path) -> None:
        run_quietly(node.npm(*install[1:], "--ignore-scripts", "--prefix", str(into)), into, ENVIRON)

    libraries = installed("node", " ".join(install), build)
    (folder / "node_modules").symlink_to(libraries / "node_modules")
    program(folder, "read.mjs", snippets(PAGE, "Node", "js")[0], user)
    return Example(folder, run[:-1])


async def rows_read(example: Example, servers: str, dataset: str, wanted: int) -> int:
    """Rows of a dataset that a program prints, in lines of `dataset … rows`, until it has all."""
    reader = await asyncio.create_subprocess_exec(
        *example.command, servers, cwd=example.folder, env=ENVIRON, stdout=asyncio.subprocess.PIPE
    )
    try:
        rows = 0
        while rows < wanted:
            assert reader.stdout is not None
            line = (await reader.stdout.readline()).decode().split()
            assert line, f"{example.command[0]} ended"
            rows += int(line[-1]) if line[0] == dataset else 0
        return rows
    finally:
        reader.kill()
        await reader.wait()


@pytest.mark.timeout(180)
async def test_the_documented_programs_read_the_batches_of_a_job(
    cartload: SystemClient, user: User, tmp_path: Path
) -> None:
    examples = []
    for made in (python_example, java_example, node_example):
        folder = tmp_path / made.__name__
        folder.mkdir()
        examples.append(await asyncio.to_thread(made, folder, user))
    job = await user.make_dataset(customers=1500)
    wanted = job["tables"]["order_details"]["rows_done"]
    servers = cartload.endpoints.kafka_bootstrap
    async with asyncio.timeout(120):
        found = await asyncio.gather(
            *(rows_read(example, servers, job["dataset_id"], wanted) for example in examples)
        )
    assert found == [wanted] * 3
