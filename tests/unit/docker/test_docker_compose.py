"""docker-compose.yml by itself: what each container is held to, given and told."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cartload_dev.checks import VERSION
from cartload_dev.docker import servers
from cartload_kit.settings import variable
from cartload_kit.settings_docs import role_of
from support.generated import generator

ROOT = Path(__file__).resolve().parents[3]
CONFIGURATION = generator("configuration")
EXAMPLE = generator("compose_env")
SERVERS = {"kafka", "mysql", "azurite"}
OBSERVERS = {"prometheus", "grafana"}
"""Only there with the profile `observe`, for whoever sits at the machine."""
NOT_TOLD = {
    "CARTLOAD_HOST",
    "CARTLOAD_PORT",
    "CARTLOAD_UI_DIR",
    "CARTLOAD_DISK_PATH",
    "CARTLOAD_DISK_RESERVE_BYTES",
}
"""Set in the images, or without sense in a container that does not hold the disk in question."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def test_every_setting_of_a_role_can_be_set(services: dict[str, dict[str, Any]]) -> None:
    for cls in CONFIGURATION.role_classes():
        told = services[role_of(cls).replace(" ", "-")]["environment"]
        settings = {variable(cls, name) for name in cls.model_fields} - NOT_TOLD
        assert settings <= told.keys(), role_of(cls)


def test_nobody_is_told_what_they_do_not_read(services: dict[str, dict[str, Any]]) -> None:
    for cls in CONFIGURATION.role_classes():
        told = services[role_of(cls).replace(" ", "-")]["environment"]
        settings = {variable(cls, name) for name in cls.model_fields}
        assert told.keys() <= settings | {"CARTLOAD_SECRETS_DIR", "TMPDIR"}, role_of(cls)


def test_the_example_is_up_to_date_and_sets_nothing() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert text == EXAMPLE.text(), "run `make generate`"
    assert all(line.startswith("#") for line in text.splitlines() if line)


def test_the_tests_use_the_servers_that_people_get(services: dict[str, dict[str, Any]]) -> None:
    assert services["kafka"]["image"] == servers.KAFKA_IMAGE
    assert services["mysql"]["image"] == servers.MYSQL_IMAGE
    assert services["azurite"]["image"] == servers.AZURITE_IMAGE
    # Only people make datasets whose sort files need a volume.
    command = [option for option in services["mysql"]["command"] if option != "--tmpdir=/scratch/tmp"]
    assert command == ["mysqld", *servers.MYSQL_OPTIONS]


def test_one_version_is_meant_everywhere(services: dict[str, dict[str, Any]]) -> None:
    for name in services.keys() - SERVERS - OBSERVERS:
        assert services[name]["image"].endswith(f":${{CARTLOAD_VERSION:-{VERSION}}}"), name
    assert f"ARG VERSION={VERSION}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f'default = "{VERSION}"' in (ROOT / "docker-bake.hcl").read_text(encoding="utf-8")


def test_no_secret_has_a_value(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for variable_name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD$|SECRET$|_URL$|CONNECTION_STRING|ACCOUNTS", variable_name):
                without = not value or re.fullmatch(r"http://[a-z-]+:\d+[^@]*", str(value))
                assert without, f"{name}: {variable_name}={value}"


def test_each_part_is_given_its_own_secrets_only(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        given = {
            volume.split(":")[0]: volume.endswith(":ro")
            for volume in service.get("volumes", ())
            if volume.startswith("secrets-")
        }
        part = name.split("-")[0]
        if name == "secrets":
            assert not any(given.values())
        elif name == "users":
            assert given.keys() == {"secrets-setup"}, "it makes accounts, and reads no key and no file"
        elif name == "auth-migrate":
            assert given.keys() == {"secrets-auth-migrate"}, "it changes tables, and signs nothing"
        elif name == "writer-checker":
            assert given.keys() == {"secrets-checker"}, "it reads MySQL alone, not the files"
        else:
            assert given.keys() <= {f"secrets-{part}"}
        assert name == "secrets" or all(given.values()), f"{name} may write secrets"


def test_what_sorts_on_disk_is_bounded(services: dict[str, dict[str, Any]]) -> None:
    player = services["generator-player"]
    place = player["environment"]["TMPDIR"]
    assert [volume for volume in player["volumes"] if volume.endswith(f":{place}")], "not in memory"
    assert player["ulimits"].keys() == {"fsize"}


def test_only_the_gateway_and_who_observes_have_ports(services: dict[str, dict[str, Any]]) -> None:
    with_ports = {name for name, service in services.items() if "ports" in service}
    outside = {name for name, service in services.items() if "outside" in service["networks"]}
    assert with_ports == outside == {"gateway", *OBSERVERS}


def test_who_observes_is_reached_from_this_machine_only(services: dict[str, dict[str, Any]]) -> None:
    for name in OBSERVERS:
        assert services[name]["profiles"] == ["observe"], name
        assert all(port.startswith("127.0.0.1:") for port in services[name]["ports"]), name
        assert services[name]["read_only"] is True, name


def test_every_container_is_bounded(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}, name
        assert service["restart"] in {"unless-stopped", "on-failure:10"}, name


def test_ours_are_read_only_without_any_capability(services: dict[str, dict[str, Any]]) -> None:
    for name in services.keys() - SERVERS:
        assert services[name]["read_only"] is True, name
        assert not services[name].keys() & {"cap_add", "privileged", "user", "container_name"}, name


def test_everything_waits_for_what_it_needs(services: dict[str, dict[str, Any]]) -> None:
    once = {name for name, service in services.items() if service["restart"] == "on-failure:10"}
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other in once else "service_healthy"
            assert how["condition"] == wanted, f"{name} on {other}"
    assert not [
        name
        for name in services.keys() - {"kafka", "secrets", "prometheus"}
        if not services[name].get("depends_on")
    ]
