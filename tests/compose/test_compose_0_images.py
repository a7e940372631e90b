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


@pytest.mark.parametrize("service", built.SERVICES)
def test_every_locked_wheel_has_a_file_for_arm64(service: str, tmp_path: Path) -> None:
    locked = checkout() / "deploy" / "docker" / "locked.py"

    def part(command: str, argument: str) -> str:
        done = [sys.executable, str(locked), command, argument]
        return subprocess.run(done, capture_output=True, text=True, check=True).stdout

    (tmp_path / "wanted.in").write_text(part("wanted", service))
    uv = find_uv()
    place = ("--python-platform", "aarch64-unknown-linux-gnu", "--python-version", "3.13")
    run(uv, "pip", "compile", "-q", "--no-header", "--no-annotate", "-c", "requirements.lock", *place,
        str(tmp_path / "wanted.in"), "-o", str(tmp_path / "wanted.txt"))  # fmt: skip
    (tmp_path / "service.lock").write_text(part("lock", str(tmp_path / "wanted.txt")))
    run(uv, "pip", "install", "-q", "--require-hashes", "--only-binary", ":all:", "--no-deps", *place,
        "--target", str(tmp_path / "made"), "-r", str(tmp_path / "service.lock"))  # fmt: skip
    made = [path.name for path in (tmp_path / "made").rglob("*.so")]
    assert made
    assert not [name for name in made if "x86_64" in name]


def find_uv() -> str:
    """The uv that the launcher was installed with."""
    found = sorted(Cache.of(os.environ).root.glob("uv-*/bin/uv"))
    assert found, "run `make setup`"
    return str(found[-1])


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=checkout(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
