"""The images: small, nobody's, without secrets, and buildable for arm64."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cartload_dev.cache import Cache
from cartload_dev.checks import VERSION
from cartload_dev.docker import built
from cartload_dev.paths import checkout
from support.compose import docker

pytestmark = pytest.mark.timeout(900)
NAMES = tuple(f"cartload/{service}:{VERSION}" for service in built.SERVICES)


def test_each_is_small_and_nobodys_and_keeps_no_secret() -> None:
    found = built.inspect(NAMES)
    assert {image.name for image in found} == set(NAMES)
    assert [line for image in found for line in image.problems()] == []
    assert {image.name for image in found if image.has_duckdb} <= {f"cartload/writer:{VERSION}"}


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_is(name: str) -> None:
    (image,) = json.loads(docker("image", "inspect", name))
    labels = image["Config"]["Labels"]
    service = name.split("/")[1].split(":")[0]
    assert labels["org.opencontainers.image.title"] == f"cartload-{service}"
    assert labels["org.opencontainers.image.version"] == VERSION
    assert len(labels["org.opencontainers.image.revision"]) == 40
    assert image["Config"]["Entrypoint"] == ["python", "-m", f"cartload_{service}"]
    check = image["Config"].get("Healthcheck", {}).get("Test")
    assert check == (["NONE"] if service == "setup" else ["CMD", "python", "-m", "cartload_kit.probe"])


@pytest.mark.parametrize("name", NAMES)
def test_each_runs_without_a_shell(name: str) -> None:
    said = docker("run", "--rm", "--read-only", "--network", "none", name, "--help")
    assert "usage" in said


_AARCH64 = 183
"""The number of the machine in ELF files."""
_ARM64 = ("--python-platform", "aarch64-unknown-linux-gnu", "--python-version", "3.13")


@pytest.mark.parametrize("service", built.SERVICES)
def test_every_locked_wheel_has_a_file_for_arm64(service: str, tmp_path: Path) -> None:
    (tmp_path / "wanted.in").write_text(locked("wanted", service))
    run(find_uv(), "pip", "compile", "-q", "--no-header", "--no-annotate", "-c", "requirements.lock", *_ARM64,
        str(tmp_path / "wanted.in"), "-o", str(tmp_path / "wanted.txt"))  # fmt: skip
    install_for_arm64(tmp_path / "wanted.txt", tmp_path / "made")
    made = [path.name for path in (tmp_path / "made").rglob("*.so")]
    assert made
    assert not [name for name in made if "x86_64" in name]


def test_the_compiler_of_the_engines_loops_runs_on_arm64(tmp_path: Path) -> None:
    (tmp_path / "compiler.in").write_text("ziglang\n")
    install_for_arm64(tmp_path / "compiler.in", tmp_path / "made")
    program = (tmp_path / "made" / "ziglang" / "zig").read_bytes()
    assert program[:4] == b"\x7fELF"
    assert int.from_bytes(program[18:20], "little") == _AARCH64


def install_for_arm64(names: Path, folder: Path) -> None:
    """Install the part of the lock file for some packages, files for arm64 only."""
    lock = folder.with_suffix(".lock")
    lock.write_text(locked("lock", str(names)))
    run(find_uv(), "pip", "install", "-q", "--require-hashes", "--only-binary", ":all:", "--no-deps", *_ARM64,
        "--target", str(folder), "-r", str(lock))  # fmt: skip


def locked(command: str, argument: str) -> str:
    """What the helper of the image build says."""
    helper = checkout() / "deploy" / "docker" / "locked.py"
    done = [sys.executable, str(helper), command, argument]
    return subprocess.run(done, capture_output=True, text=True, check=True).stdout


def find_uv() -> str:
    """The uv that the launcher was installed with."""
    found = sorted(Cache.of(os.environ).root.glob("uv-*/bin/uv"))
    assert found, "run `make setup`"
    return str(found[-1])


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=checkout(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
