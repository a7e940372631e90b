"""What is found out about built images, from archives as `docker save` writes them."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import confluent_kafka
import pytest

from cartload_dev.docker.built import MOST_BYTES, Image, read

KEY = (
    b"-----BEGIN PRIVATE KEY-----\n"
    + b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 4
    + b"\n-----END PRIVATE KEY-----\n"
)


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def saved(folder: Path, layers: list[dict[str, bytes]], **config: Any) -> Image:
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    history = config.pop("history", [])
    files = {name: packed(layer) for name, layer in zip(names, layers, strict=True)}
    files["c.json"] = json.dumps({"config": {"User": "10001:10001", **config}, "history": history}).encode()
    files["manifest.json"] = json.dumps(
        [{"Config": "c.json", "RepoTags": ["a/b:1"], "Layers": names}]
    ).encode()
    path = folder / "saved.tar"
    path.write_bytes(packed(files))
    (image,) = read(path)
    return image


def test_a_good_image_has_no_problems(tmp_path: Path) -> None:
    image = saved(tmp_path, [{"usr/bin/python": b"x" * 100_000}, {"app/a.py": b"print()"}], Env=["PATH=/bin"])
    assert image.problems() == []
    assert (image.name, image.user, image.secrets, image.has_duckdb) == ("a/b:1", "10001:10001", (), False)
    assert 0 < image.bytes < 10_000
    assert "secrets: none" in image.line()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".env", b"A=1"),
        ("app/.env.local", b"A=1"),
        ("root/.npmrc", b"//x/:_authToken=1"),
        ("home/u/.ssh/id_ed25519", b"x"),
        ("etc/tls/server.key", b"x"),
        ("build/.git/config", b"x"),
        ("secrets/auth/CARTLOAD_AUTH_DATABASE_URL", b"x"),
        ("app/settings.txt", b"before\n" + KEY),
    ],
)
def test_what_looks_like_a_secret_is_found_in_any_layer(tmp_path: Path, name: str, content: bytes) -> None:
    image = saved(tmp_path, [{"a": b"a"}, {name: content}, {"b": b"b"}])
    (secret,) = image.secrets
    assert name in secret
    assert any(name in line for line in image.problems())


@pytest.mark.parametrize(
    "config",
    [
        {"Env": ["API_TOKEN=abc"]},
        {"history": [{"created_by": "RUN |1 NPM_TOKEN=abc /bin/sh -c npm ci"}]},
        {"Env": ["BLOB_CONNECTION_STRING=x"]},
    ],
)
def test_secrets_in_variables_and_build_steps_are_found(tmp_path: Path, config: dict[str, Any]) -> None:
    assert len(saved(tmp_path, [{"a": b"a"}], **config).secrets) == 1


def test_what_only_speaks_of_keys_is_no_secret(tmp_path: Path) -> None:
    code = b'if text.startswith("-----BEGIN PRIVATE KEY-----"): ...'
    assert (
        saved(tmp_path, [{"lib/keys.py": code, "certs/ca.pem": b"-----BEGIN CERTIFICATE-----"}]).secrets == ()
    )


def test_a_key_that_a_library_publishes_is_no_secret_and_hides_none(tmp_path: Path) -> None:
    [library] = Path(confluent_kafka.__file__).parents[1].glob("confluent_kafka.libs/librdkafka-*")
    content = library.read_bytes()
    assert b"-----BEGIN PRIVATE KEY-----" in content
    assert saved(tmp_path, [{"lib/kafka.so": content}]).secrets == ()
    assert len(saved(tmp_path, [{"lib/kafka.so": content + KEY}]).secrets) == 1


@pytest.mark.parametrize("user", ["", "root", "app", "0:0", "10001", "10001:0"])
def test_a_user_has_to_be_numbers_above_0(tmp_path: Path, user: str) -> None:
    (problem,) = saved(tmp_path, [{"a": b"a"}], User=user).problems()
    assert "runs as" in problem


def test_a_large_image_is_told() -> None:
    (problem,) = Image("a/b:1", "1:1", MOST_BYTES + 2**20, (), has_duckdb=False).problems()
    assert "251 MiB are more than 250" in problem


def test_duckdb_is_seen(tmp_path: Path) -> None:
    assert saved(tmp_path, [{"venv/lib/python3.13/site-packages/duckdb/__init__.py": b""}]).has_duckdb
