"""Python environments for programs whose packages do not go with the project's own."""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

from cartload_dev.cache import Cache
from cartload_dev.commands import run_quietly
from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout

SECONDS = 900.0


def of_example(name: str, environ: Mapping[str, str]) -> Path:
    """Return an example's environment.

    Raises LauncherError when there is no such example, or when its packages cannot be had.
    """
    lock = checkout() / "examples" / name / "requirements.lock"
    if not lock.exists():
        raise LauncherError(f"the example {name} has no environment of its own")
    return environment(f"example-{name}", lock, environ)


def environment(name: str, lock: Path, environ: Mapping[str, str]) -> Path:
    """Return an environment with exactly what a lock file says, made when it is not there yet.

    It lies in the cache that all checkouts share, under its name. Raises LauncherError when its packages
    cannot be had.
    """
    cache = Cache.of(environ)
    made = cache.install(f"{name}-{_digest(lock)}", lambda folder: _build(folder, lock, environ))
    return made / "venv"


def _build(folder: Path, lock: Path, environ: Mapping[str, str]) -> None:
    uv = str(Cache.of(environ).root / f"uv-{_digest(checkout() / 'dev' / 'uv.txt')}" / "bin" / "uv")
    venv = str(folder / "venv")
    # Relocatable, since the cache makes its entries under another name than they have in the end.
    run_quietly(
        [uv, "venv", "--relocatable", "--python", sys.executable, venv], folder, environ, seconds=SECONDS
    )
    install = [uv, "pip", "sync", "--require-hashes", "--python", f"{venv}/bin/python", str(lock.absolute())]
    run_quietly(install, folder, environ, seconds=SECONDS)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
