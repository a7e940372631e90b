"""Every process accepts what the chart tells it: its settings are checked as they are at its start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from cartload_auth.settings import CommandSettings
from cartload_generator.settings import MigrateSettings as GeneratorMigrateSettings
from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import load
from cartload_kit.settings_docs import role_of as role_of_class
from cartload_shop.settings import MigrateSettings as ShopMigrateSettings
from cartload_writer.settings import MigrateSettings as WriterMigrateSettings
from support.certificates import loopback
from support.generated import generator
from support.helm_chart import Object, pods, profiles, render_values, role_of, secret_files, settings_of

CLASSES: dict[str, type[BaseSettings]] = {
    **{role_of_class(cls).replace(" ", "-"): cls for cls in generator("configuration").role_classes()},
    "auth-migrate": CommandSettings,
    "generator-migrate": GeneratorMigrateSettings,
    "shop-migrate": ShopMigrateSettings,
    "topics": KafkaSettings,
    "writer-migrate": WriterMigrateSettings,
}
OAUTH = {
    "kafka.saslMechanism": "OAUTHBEARER",
    "kafka.oauth": {"tokenUrl": "https://login.example/token", "scope": "kafka"},
    "proxy.bypass": ["localhost", "*.blob.core.windows.net", "login.example"],
}
SAS = {"blob.authentication": "sas", "blob.accountUrl": "https://a.example", "blob.identityClientId": ""}
TLS_ALONE = {"kafka.securityProtocol": "SSL", "kafka.saslMechanism": ""}
WAYS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "minimal": ("minimal", {}),
    "dev": ("dev", {}),
    "SCRAM, a client certificate and an identity": ("external", {}),
    "OAUTHBEARER and a SAS": ("external", OAUTH | SAS),
    "TLS alone": ("external", TLS_ALONE),
}


@pytest.mark.parametrize(("profile", "values"), WAYS.values(), ids=list(WAYS))
def test_every_process_accepts_its_settings(
    profile: str, values: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = render_values(values, *profiles(profile))
    seen = set()
    for _, pod in pods(objects):
        cls = CLASSES.get(role_of(pod))
        if cls is not None:
            seen.add(role_of(pod))
            with monkeypatch.context() as patch:
                start_like(pod, objects, tmp_path / role_of(pod), patch)
                load(cls)
    assert seen == CLASSES.keys()


def start_like(pod: Object, objects: tuple[Object, ...], folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Make the environment and the files that a pod would have, below a folder."""
    folder.mkdir()
    certificate = loopback(folder)
    files = {
        "/certificates/kafka-ca/ca.crt": certificate.chain,
        "/certificates/kafka-client/tls.crt": certificate.chain,
        "/certificates/kafka-client/tls.key": certificate.key,
    }
    mounts = {mount["mountPath"] for mount in pod["spec"]["containers"][0]["volumeMounts"]}
    patch.setenv("CARTLOAD_PORT", "8000")
    for name, value in settings_of(pod, objects).items():
        if value in files:
            assert value.rpartition("/")[0] in mounts
        patch.setenv(name, str(files.get(value, value)))
    secrets = folder / "secrets"
    secrets.mkdir()
    for name in secret_files(pod):
        (secrets / name).write_text(secret(name, certificate.chain))
    if secret_files(pod):
        patch.setenv("CARTLOAD_SECRETS_DIR", str(secrets))


def secret(name: str, authority: Path) -> str:
    """Return a value that suits a secret setting."""
    if name.endswith("_DATABASE_URL"):
        return f"mysql://user:password@db.example:3306/database?tls=verify&ca={authority}"
    if name == "CARTLOAD_BLOB_CONNECTION_STRING":
        return "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net"
    if name == "CARTLOAD_PROXY_URL":
        return "socks5h://user:password@proxy.example:1080"
    return "sv=2024-01-01&sig=0123456789abcdef"
