"""The browser of the browser tests: Chromium of the operating system."""

import os
import shutil
from collections.abc import Mapping

from cartload_dev.commands import run_quietly
from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT_SECONDS = 900


def find(environ: Mapping[str, str]) -> str | None:
    """Return the path of a Chromium: the one of `CARTLOAD_CHROMIUM`, else the first on PATH, else None."""
    named = environ.get("CARTLOAD_CHROMIUM", "")
    if named:
        return shutil.which(named)
    found = (shutil.which(name, path=environ.get("PATH")) for name in NAMES)
    return next((path for path in found if path), None)


def ensure(environ: Mapping[str, str]) -> str:
    """Return the path of a Chromium, installed now by apt when there is none and this is root.

    Raises LauncherError with the line that installs it otherwise.
    """
    found = find(environ)
    if found:
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise LauncherError(
            "Chromium is missing, which the browser tests need: sudo apt-get install -y chromium"
        )
    print("Installing Chromium with apt-get")
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
        run_quietly(command, checkout(), quiet, title=" ".join(command), seconds=APT_SECONDS)
    installed = find(environ)
    if installed is None:
        raise LauncherError("Chromium was installed, but is not on PATH")
    return installed
