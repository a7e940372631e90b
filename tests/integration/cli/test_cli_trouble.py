"""Commands that are killed, stopped or refused: what is left is never called whole, and is gone on with."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cartload.schema import CATALOGUE_TABLES
from cartload.storage import manifest
from cartload.writers import journal

CUSTOMERS = "60000"
"""Three runs of blocks."""


def command(folder: Path, *more: str) -> list[str]:
    wanted = ["generate", "--customers", CUSTOMERS, "--format", "jsonl", "--out", str(folder), *more]
    return [sys.executable, "-m", "cartload", *wanted]


def finished(folder: Path) -> int:
    """How many runs are noted as whole."""
    path = folder / journal.NAME
    return len(path.read_bytes().splitlines()) - 1 if path.exists() else 0


def started(arguments: Sequence[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a run by one process that nothing happened to."""
    folder = tmp_path_factory.mktemp("undisturbed") / "shop"
    subprocess.run(command(folder, "--workers", "1", "--quiet"), check=True)
    return files(folder)


def test_three_workers_write_the_same_bytes(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    subprocess.run(command(tmp_path, "--workers", "3", "--quiet"), check=True)
    assert files(tmp_path) == undisturbed


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_run_goes_on_to_the_same_bytes(
    tmp_path: Path, undisturbed: dict[str, bytes], workers: str
) -> None:
    process = started(command(tmp_path, "--workers", workers))
    wait_for(lambda: finished(tmp_path) > len(CATALOGUE_TABLES))
    process.kill()
    process.communicate()
    with pytest.raises(manifest.ManifestError):
        manifest.read(tmp_path)
    wait_for(lambda: gone(process.pid))
    again = subprocess.run(
        command(tmp_path, "--workers", workers), check=False, capture_output=True, text=True
    )
    assert (again.returncode, again.stderr.count("add --resume")) == (1, 1)
    subprocess.run(command(tmp_path, "--workers", workers, "--resume", "--quiet"), check=True)
    assert files(tmp_path) == undisturbed


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_ends_quietly_and_goes_on(
    tmp_path: Path, undisturbed: dict[str, bytes], sent: signal.Signals, code: int
) -> None:
    process = started(command(tmp_path, "--workers", "2", "--quiet"))
    wait_for(lambda: finished(tmp_path) > len(CATALOGUE_TABLES))
    if sent is signal.SIGINT:
        os.killpg(process.pid, sent)  # As the terminal does.
    else:
        process.send_signal(sent)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (code, f"cartload: ended by {sent.name}\n")
    wait_for(lambda: gone(process.pid))
    assert not [name for name in files(tmp_path) if name.endswith(".tmp")]
    subprocess.run(command(tmp_path, "--resume", "--quiet"), check=True)
    assert files(tmp_path) == undisturbed


def test_a_killed_worker_ends_the_run(tmp_path: Path) -> None:
    process = started(command(tmp_path, "--workers", "2", "--quiet"))
    wait_for(lambda: finished(tmp_path) >= len(CATALOGUE_TABLES))
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for worker in workers:
        if b"spawn_main" in Path(f"/proc/{worker}/cmdline").read_bytes():
            os.kill(int(worker), signal.SIGKILL)
            break
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.startswith("cartload: a worker process ended too early (killed by SIGKILL); ")
    assert told.endswith(" parts that are whole stay, --resume goes on from there\n")
    wait_for(lambda: gone(process.pid))


def test_a_changed_part_is_made_again(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    process = started(command(tmp_path, "--workers", "1"))
    wait_for(lambda: finished(tmp_path) > len(CATALOGUE_TABLES))
    process.kill()
    process.communicate()
    part = tmp_path / "users" / "part-0.jsonl"
    part.write_bytes(part.read_bytes().replace(b"a", b"b"))
    again = subprocess.run(command(tmp_path, "--resume"), check=True, capture_output=True, text=True)
    assert "users/part-0.jsonl is not as it was written" in again.stderr
    assert files(tmp_path) == undisturbed


def test_another_dataset_is_not_resumed(tmp_path: Path) -> None:
    process = started(command(tmp_path, "--workers", "1"))
    wait_for(lambda: finished(tmp_path) >= 1)
    process.kill()
    process.communicate()
    before = files(tmp_path)
    other = subprocess.run(
        command(tmp_path, "--resume", "--seed", "2"), check=False, capture_output=True, text=True
    )
    assert (other.returncode, "(spec differ)" in other.stderr) == (1, True)
    assert files(tmp_path) == before


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_files_that_may_not_grow_are_told_in_one_line(tmp_path: Path, file_format: str, workers: str) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    arguments = command(tmp_path, "--format", file_format, "--workers", workers, "--quiet")
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, preexec_fn=limited)
    assert done.returncode == 1
    assert f"cartload: {tmp_path}/" in done.stderr
    assert ": a file may not become that large here; " in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not [name for name in files(tmp_path) if name.endswith((".tmp", manifest.NAME))]


def test_a_full_disk_is_told_in_one_line() -> None:
    arguments = command(Path("-"), "--tables", "users", "--quiet")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(arguments, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "cartload: no space is left on the device\n")


def test_a_reader_that_has_enough_is_no_error() -> None:
    arguments = command(Path("-"), "--tables", "users", "--quiet")
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["country"]
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
