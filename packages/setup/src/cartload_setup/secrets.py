"""Secrets of one installation: made at random once, each in a file that only its owner can read.

One folder for each part that reads them, so that each part is given its own and nobody else's; a file is
named after the setting that it stands for.
"""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

BLOB_ACCOUNT = "cartload"
BLOB_KEY_BYTES = 64

_BLOB = "writer/CARTLOAD_BLOB_CONNECTION_STRING"

_CAME_LATER = ("shop/CARTLOAD_SHOP_DATABASE_URL",)
"""Secrets that installations of earlier versions do not have; nothing was made with them before."""

_TRUSTED = "?tls=off"
"""The bundled MySQL is reached over the stack's own network, and its certificate is signed by itself."""


@dataclass(frozen=True)
class Servers:
    """Where the bundled servers are found by the services, each as `host:port`."""

    mysql: str = "mysql:3306"
    blob: str = "azurite:10000"


COPIES = {
    "auth-migrate/CARTLOAD_AUTH_DATABASE_URL": "auth/CARTLOAD_AUTH_DATABASE_URL",
    "checker/CARTLOAD_WRITER_DATABASE_URL": "writer/CARTLOAD_WRITER_DATABASE_URL",
    "setup/CARTLOAD_AUTH_DATABASE_URL": "auth/CARTLOAD_AUTH_DATABASE_URL",
    "setup/CARTLOAD_GENERATOR_DATABASE_URL": "generator/CARTLOAD_GENERATOR_DATABASE_URL",
    "setup/CARTLOAD_WRITER_DATABASE_URL": "writer/CARTLOAD_WRITER_DATABASE_URL",
    "setup/CARTLOAD_SHOP_DATABASE_URL": "shop/CARTLOAD_SHOP_DATABASE_URL",
}
"""Secrets that a process needs without the others of its service: the copy, and what it is copied from."""

type Files = dict[str, str]
"""Text by path, relative to the folder of all secrets."""


def generate(servers: Servers) -> Files:
    """Return fresh secrets as files: `<part>/<SETTING>`."""
    root, auth, generator, writer, shop, signing = (secrets.token_hex(16) for _ in range(6))
    key = base64.b64encode(secrets.token_bytes(BLOB_KEY_BYTES)).decode()
    return {
        "mysql/MYSQL_ROOT_PASSWORD": root,
        "setup/CARTLOAD_DATABASE_ADMIN_URL": f"mysql://root:{root}@{servers.mysql}/{_TRUSTED}",
        "auth/CARTLOAD_AUTH_DATABASE_URL": f"mysql://cartload_auth:{auth}@{servers.mysql}/cartload_auth{_TRUSTED}",
        "auth/CARTLOAD_SIGNING_KEY_SECRET": signing,
        "generator/CARTLOAD_GENERATOR_DATABASE_URL": (
            f"mysql://cartload_generator:{generator}@{servers.mysql}/cartload_jobs{_TRUSTED}"
        ),
        "writer/CARTLOAD_WRITER_DATABASE_URL": (
            f"mysql://cartload_writer:{writer}@{servers.mysql}/cartload_writer{_TRUSTED}"
        ),
        "shop/CARTLOAD_SHOP_DATABASE_URL": (
            f"mysql://cartload_shop:{shop}@{servers.mysql}/cartload_shop{_TRUSTED}"
        ),
        _BLOB: blob_connection_string(servers.blob, key),
        "azurite/AZURITE_ACCOUNTS": f"{BLOB_ACCOUNT}:{key}",
    }


def blob_connection_string(server: str, key: str) -> str:
    """Return how clients reach the bundled Blob account; `key` is base64."""
    endpoint = f"http://{server}/{BLOB_ACCOUNT}"
    return (
        f"DefaultEndpointsProtocol=http;AccountName={BLOB_ACCOUNT};AccountKey={key};BlobEndpoint={endpoint};"
    )


def make(folder: Path, servers: Servers, *, bundled_blob: bool = True) -> bool:
    """Make the secrets of an installation that has none; return whether it did.

    All of them or none: they belong together. Raises RuntimeError when some are there and some are not.
    Without `bundled_blob` the writer is not told of the bundled account: it takes one account only.
    """
    made = _make_originals(folder, servers)
    _tell_of_blob(folder, servers, bundled_blob=bundled_blob)
    for copy, original in COPIES.items():
        # Also where nothing was made: an installation of an earlier version has the originals only.
        text = (folder / original).read_text(encoding="utf-8")
        if not (folder / copy).exists() or (folder / copy).read_text(encoding="utf-8") != text:
            _write(folder / copy, text)
    return made


def _make_originals(folder: Path, servers: Servers) -> bool:
    # Its key is among the others, so that this one can be written again.
    files = {path: text for path, text in generate(servers).items() if path != _BLOB}
    there = [path for path in files if (folder / path).exists()]
    missing = set(files).difference(there)
    if missing <= set(_CAME_LATER) and not _is_unfinished(folder):
        for path in sorted(missing):
            _write(folder / path, files[path])
        _complete_urls(folder, servers)
        return False
    if there and not _is_unfinished(folder):
        raise RuntimeError(f"some secrets are missing in {folder}: restore them, or delete all of them")
    _write(_mark(folder), "")
    for path, text in files.items():
        _write(folder / path, text)
    _mark(folder).unlink()
    return True


def _tell_of_blob(folder: Path, servers: Servers, *, bundled_blob: bool) -> None:
    if not bundled_blob:
        (folder / _BLOB).unlink(missing_ok=True)
        return
    _, _, key = (folder / "azurite" / "AZURITE_ACCOUNTS").read_text(encoding="utf-8").partition(":")
    text = blob_connection_string(servers.blob, key)
    if not (folder / _BLOB).exists() or (folder / _BLOB).read_text(encoding="utf-8") != text:
        _write(folder / _BLOB, text)


def _complete_urls(folder: Path, servers: Servers) -> None:
    """Say in the URLs of an installation made before TLS was the default that its own network is trusted."""
    for path in generate(servers):
        if path.endswith("_DATABASE_URL") or path.endswith("_ADMIN_URL"):
            text = (folder / path).read_text(encoding="utf-8")
            if f"@{servers.mysql}/" in text and "?" not in text:
                _write(folder / path, f"{text.strip()}{_TRUSTED}")


def _mark(folder: Path) -> Path:
    return folder / "setup" / ".unfinished"


def _is_unfinished(folder: Path) -> bool:
    """Return whether an earlier start was killed while it wrote; nothing has used those secrets."""
    return _mark(folder).exists()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside and renamed, so that a reader or a start that was killed never meets half a secret; made
    # with its mode, for a later chmod would leave it readable in between.
    fresh = path.with_name(f".{path.name}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
