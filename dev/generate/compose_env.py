"""Write .env.example: every variable that docker-compose.yml takes, with its meaning, none of them set."""

import re
import textwrap
from pathlib import Path
from typing import Any

import yaml

from cartload_kit.settings import variable
from cartload_kit.settings_docs import SettingDescription, describe_setting
from cartload_setup import secrets
from configuration import role_classes

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
TARGET = ROOT / ".env.example"
WIDTH = 110

HEAD = """\
# What `docker compose` takes from `.env`: copy this file to `.env` and set what you need. Nothing has to be:
# everything has a default, and secrets are made at the first start. This file is generated: `make generate`.
"""

OWN: dict[str, SettingDescription] = {
    "CARTLOAD_ADDRESS": SettingDescription(
        "address", "127.0.0.1", "Address of this machine that the public port is opened on."
    ),
    "CARTLOAD_PORT": SettingDescription(
        "port, or a range for several gateways", "8080", "The one public port."
    ),
    "CARTLOAD_BUNDLED_AZURITE": SettingDescription(
        "0, 1", "1", "Whether the bundled Azurite runs; 0 with an account of yours."
    ),
    "CARTLOAD_BUNDLED_KAFKA": SettingDescription(
        "0, 1", "1", "Whether the bundled Kafka runs; 0 with brokers of yours."
    ),
    "CARTLOAD_BUNDLED_MYSQL": SettingDescription(
        "0, 1", "1", "Whether the bundled MySQL runs; 0 with a server of yours."
    ),
    "CARTLOAD_ISOLATED": SettingDescription(
        "true, false",
        "true",
        "Whether all but the gateway are cut off from outside; false with servers of yours.",
    ),
    "CARTLOAD_MAKE_USERS": SettingDescription(
        "0, 1", "1", "Whether the services' databases and users are made at a start."
    ),
    "CARTLOAD_GRAFANA_PORT": SettingDescription(
        "port", "3000", "With the profile `observe`: Grafana's port on this machine."
    ),
    "CARTLOAD_PROMETHEUS_PORT": SettingDescription(
        "port", "9090", "With the profile `observe`: Prometheus' port on this machine."
    ),
    "CARTLOAD_IMAGES": SettingDescription(
        "text", "cartload", "What the images' names begin with: a registry and a path."
    ),
    "CARTLOAD_PLAYER_SCRATCH_BYTES": SettingDescription(
        "whole number",
        "5368709120",
        "Most bytes of the file that the events of a stream are sorted in; one that needs more fails.",
    ),
    "CARTLOAD_VERSION": SettingDescription("text", "0.1.0", "The images' tag."),
    "CARTLOAD_DATABASE_ADMIN_URL": SettingDescription(
        "URL (secret)",
        "the bundled MySQL's",
        "Administrator that makes the services' databases and users: mysql://user:password@host:port/.",
    ),
}
"""Variables of the compose file itself."""

SECRETS_MADE = "made at the first start"
MADE = {Path(path).name for path in secrets.generate(secrets.Servers())}
"""Variables that the one-shot container `secrets` makes."""


def taken() -> list[str]:
    """Return the variables that the compose file passes on or fills in, in the order of the alphabet."""
    text = COMPOSE.read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    passed = {
        name
        for service in document["services"].values()
        for name, value in service.get("environment", {}).items()
        if value is None
    }
    return sorted(passed | set(re.findall(r"\$\{(CARTLOAD_[A-Z_]+)", text)))


def meanings() -> dict[str, SettingDescription]:
    """Return what the settings classes and this page say of each variable."""
    found = {
        variable(cls, name): describe_setting(cls, name)
        for cls in role_classes()
        for name in cls.model_fields
    }
    return {**found, **OWN}


def entry(name: str, said: SettingDescription) -> str:
    """Return a variable's lines."""
    default = SECRETS_MADE if name in MADE and name not in OWN else said.default.strip("`")
    words = f"{said.meaning} ({said.allowed.replace('`', '')}; default: {default})"
    lines = textwrap.wrap(words, WIDTH, initial_indent="# ", subsequent_indent="# ")
    return "\n".join([*lines, f"#{name}="]) + "\n"


def text() -> str:
    """Return the whole file."""
    said = meanings()
    return HEAD + "".join(f"\n{entry(name, said[name])}" for name in taken())


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
