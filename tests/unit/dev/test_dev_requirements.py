"""What has to be there: found, or asked for in one line each."""

from pathlib import Path

import pytest

from cartload_dev import requirements
from cartload_dev.errors import LauncherError


def program(folder: Path, name: str, says: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    program(tmp_path, "java", 'openjdk version "21.0.2" 2024-01-16')
    program(tmp_path, "mvn", "Apache Maven 3.9.9")
    return {"PATH": f"{tmp_path}:/bin"}


def test_nothing_is_missing_on_a_good_machine(machine: dict[str, str]) -> None:
    assert requirements.missing(machine) == []
    requirements.check(machine)


def test_each_missing_thing_is_one_line_that_says_what_to_install(tmp_path: Path) -> None:
    lines = requirements.missing({"PATH": str(tmp_path)})
    assert len(lines) == 2
    assert lines[0].startswith("Java is missing: ")
    assert lines[1].startswith("Maven is missing: ")
    assert all("install" in line and "\n" not in line for line in lines)
    with pytest.raises(LauncherError, match="Java is missing"):
        requirements.check({"PATH": str(tmp_path)})


def test_an_old_java_is_named_with_its_version(tmp_path: Path, machine: dict[str, str]) -> None:
    program(tmp_path, "java", 'java version "1.8.0_402"')
    (line,) = requirements.missing(machine)
    assert line.startswith("Java 8 is too old: ")


def test_a_java_that_does_not_run_is_missing(tmp_path: Path, machine: dict[str, str]) -> None:
    program(tmp_path, "java", "no runtime present")
    (line,) = requirements.missing(machine)
    assert line.startswith("Java is missing: ")


def test_java_home_comes_first(tmp_path: Path, machine: dict[str, str]) -> None:
    program(tmp_path / "jdk" / "bin", "java", 'openjdk version "17.0.1"')
    home = tmp_path / "jdk"
    assert requirements.java({**machine, "JAVA_HOME": str(home)}) == str(home / "bin" / "java")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "24" 2025-03-18', 24),
        ('openjdk version "25-ea"', 25),
        ("sh: java: not found", None),
    ],
)
def test_java_versions(text: str, version: int | None) -> None:
    assert requirements.parse_java_version(text) == version


def test_the_engine_is_native_where_java_is_and_an_unknown_one_is_refused(machine: dict[str, str]) -> None:
    assert requirements.engine(machine) == "native"
    (line,) = requirements.missing({**machine, "CARTLOAD_ENGINE": "steam"})
    assert "CARTLOAD_ENGINE=steam" in line


def test_docker_serves_where_java_does_not(tmp_path: Path, machine: dict[str, str]) -> None:
    here = {"PATH": str(tmp_path)}
    program(tmp_path, "docker", "26.1")
    assert requirements.engine({**machine, "PATH": str(tmp_path)}) == "native"
    assert requirements.engine({**here, "CARTLOAD_ENGINE": "docker"}) == "docker"
    (tmp_path / "java").unlink()
    assert requirements.engine(here) == "docker"
    assert requirements.missing(here) == []
    (tmp_path / "docker").unlink()
    assert requirements.engine(here) == "native"


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        ("info", "Docker is not running"),
        ("compose", "Docker Compose is missing"),
        (None, "Docker is missing"),
    ],
)
def test_what_docker_lacks_is_one_line(tmp_path: Path, refused: str | None, told: str) -> None:
    if refused:
        program(tmp_path, "docker", "")
        (tmp_path / "docker").write_text(f'#!/bin/sh\n[ "$1" != {refused} ]\n')
    (line,) = requirements.missing({"PATH": str(tmp_path), "CARTLOAD_ENGINE": "docker"})
    assert line.startswith(told)
    assert "\n" not in line


def test_helm_is_asked_for_by_what_is_missing(tmp_path: Path) -> None:
    environ = {"PATH": f"{tmp_path}:/bin"}
    with pytest.raises(LauncherError, match=r"^Helm is missing: install Helm 3\.18 or newer"):
        requirements.check_helm(environ)
    helm = tmp_path / "helm"
    helm.write_text("#!/bin/sh\necho v3.9.4\n")
    helm.chmod(0o755)
    with pytest.raises(LauncherError, match=r"^Helm 3\.9 is too old"):
        requirements.check_helm(environ)
    helm.write_text("#!/bin/sh\necho v3.18.0\n")
    requirements.check_helm(environ)
