"""The images that were built: how much there is to download, who they run as, that no secret is in them."""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout

SERVICES = ("gateway", "auth", "generator", "writer", "notifier", "shop", "setup")
MOST_BYTES = 250 * 2**20
PIECE = 2**20
SECRET_FILES = re.compile(
    r"(^|/)(\.env(\.[^/]*)?|\.netrc|\.npmrc|\.pypirc|id_(rsa|ecdsa|ed25519)|[^/]*\.(key|p12|pfx)|\.git/.*|"
    r"\.docker/config\.json|\.aws/credentials|secrets/[^/]+/[^/]+)$"
)
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{64,}-----END")
PUBLISHED_KEYS = frozenset({"6f4c187f4d903919a91948eb58e451219fd9169d9a400b14239c1d21a5d830de"})
"""Digests (SHA-256, of what the pattern finds) of keys that everybody has: the one of librdkafka's own unit
tests, which are a part of the library."""
SECRET_NAMES = re.compile(r"(PASSWORD|SECRET|TOKEN|CREDENTIAL|PRIVATE|CONNECTION_STRING)\w*=\S")


@dataclass(frozen=True)
class Image:
    """What one image is."""

    name: str
    user: str
    bytes: int
    """Of all layers, compressed as registries keep them."""
    secrets: tuple[str, ...]
    """Files, variables and build steps that look like secrets."""
    has_duckdb: bool

    def problems(self) -> list[str]:
        """Return what is wrong with it, one line each."""
        user, _, group = self.user.partition(":")
        numbers = user.isdecimal() and group.isdecimal() and int(user) > 0 and int(group) > 0
        found = [f"{self.name}: {secret} looks like a secret" for secret in self.secrets]
        if self.bytes > MOST_BYTES:
            found.append(f"{self.name}: {self.bytes / 2**20:.0f} MiB are more than {MOST_BYTES / 2**20:.0f}")
        if not numbers:
            found.append(f"{self.name}: runs as {self.user or 'root'!r}, not as numbers above 0")
        return found

    def line(self) -> str:
        """Return it as a row of a table."""
        secrets = ", ".join(self.secrets) or "none"
        return f"{self.name:<28} {self.bytes / 2**20:>8.1f} MiB   user {self.user:<12} secrets: {secrets}"


@dataclass(frozen=True)
class Layer:
    """What one layer is."""

    bytes: int
    secrets: tuple[str, ...]
    has_duckdb: bool


def build(revision: str) -> None:
    """Build all images with the bake file; raises LauncherError when that fails."""
    command = ["docker", "buildx", "bake", "-f", "docker-bake.hcl", "--set", f"*.args.REVISION={revision}"]
    done = subprocess.run(command, cwd=checkout(), stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise LauncherError(f"the images could not be built: {' '.join(command)}")


def inspect(names: tuple[str, ...]) -> list[Image]:
    """Return what the named images are; raises LauncherError when one is not there."""
    with tempfile.NamedTemporaryFile(suffix=".tar") as file:
        done = subprocess.run(["docker", "save", *names], stdout=file, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise LauncherError(f"docker save: {done.stderr.decode(errors='replace').strip()}")
        return read(Path(file.name))


def read(archive: Path) -> list[Image]:
    """Return what the images in an archive of `docker save` are."""
    with tarfile.open(archive) as saved:
        manifest: list[dict[str, Any]] = json.load(_file(saved, "manifest.json"))
        configs = [json.load(_file(saved, one["Config"])) for one in manifest]
    names = sorted({name for one in manifest for name in one["Layers"]})
    with ThreadPoolExecutor() as pool:
        layers = dict(zip(names, pool.map(lambda name: _layer(archive, name), names), strict=True))
    return [_image(one, config, layers) for one, config in zip(manifest, configs, strict=True)]


def _image(one: dict[str, Any], config: dict[str, Any], layers: dict[str, Layer]) -> Image:
    parts = [layers[name] for name in one["Layers"]]
    steps = [step.get("created_by", "") for step in config.get("history", ())]
    texts = [*config["config"].get("Env", ()), *steps]
    assigned = [match[0] for text in texts if (match := SECRET_NAMES.search(text))]
    return Image(
        name=one["RepoTags"][0],
        user=config["config"].get("User", ""),
        bytes=sum(part.bytes for part in parts),
        secrets=tuple(secret for part in parts for secret in part.secrets) + tuple(assigned),
        has_duckdb=any(part.has_duckdb for part in parts),
    )


def _layer(archive: Path, name: str) -> Layer:
    with tarfile.open(archive) as saved:
        size = _compressed(_file(saved, name))
        with tarfile.open(fileobj=_file(saved, name)) as layer:
            found = list(_suspects(layer))
            duckdb = any(path.endswith("site-packages/duckdb/__init__.py") for path in layer.getnames())
    return Layer(size, tuple(found), duckdb)


def _compressed(file: IO[bytes]) -> int:
    packer = zlib.compressobj(6)
    size = 0
    while piece := file.read(PIECE):
        size += len(packer.compress(piece))
    return size + len(packer.flush())


def _suspects(layer: tarfile.TarFile) -> Iterator[str]:
    for member in layer:
        if not member.isfile():
            continue
        if SECRET_FILES.search(member.name):
            yield member.name
        elif (content := layer.extractfile(member)) and _has_private_key(content.read()):
            yield f"a private key in {member.name}"


def _has_private_key(content: bytes) -> bool:
    keys = {hashlib.sha256(found.group()).hexdigest() for found in PRIVATE_KEY.finditer(content)}
    return bool(keys - PUBLISHED_KEYS)


def _file(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    file = archive.extractfile(name)
    if file is None:
        raise LauncherError(f"no file {name} in the saved images")
    return file
