"""`make sbom`: what is in each image, as CycloneDX documents."""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cartload_dev import node
from cartload_dev.cache import Cache
from cartload_dev.checks import tool
from cartload_dev.commands import captured_apart
from cartload_dev.docker.built import SERVICES
from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout, default_run_dir

MOST_SECONDS = 300


def write(environ: Mapping[str, str], log: Callable[[str], None]) -> None:
    """Write a document for the Python packages of each image, and one for those in the UI.

    Raises LauncherError when a tool fails.
    """
    folder = default_run_dir().root / "sbom"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for service in SERVICES:
        _write(folder / f"{service}.cdx.json", _python(service, folder, environ), log)
    _write(folder / "gateway-ui.cdx.json", _ui(environ), log)


def image_python(dockerfile: str) -> str:
    """Return the version of Python that the images have."""
    match = re.search(r"^ARG PYTHON=([\d.]+)$", dockerfile, re.MULTILINE)
    if match is None:
        raise LauncherError("Dockerfile: no line ARG PYTHON=<version>")
    return match[1]


def _python(service: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Return the document of one image's Python packages, chosen from the lock as the Dockerfile does."""
    root = checkout()
    wanted, chosen, lock = (folder / f"{service}.{suffix}" for suffix in ("in", "txt", "lock"))
    locked = (sys.executable, "deploy/docker/locked.py")
    target = ("--python-version", image_python((root / "Dockerfile").read_text("utf-8")))
    compile_ = (_uv(environ), "pip", "compile", "--quiet", "--no-header", "--no-annotate")
    try:
        wanted.write_text(_output((*locked, "wanted", service), root, environ), encoding="utf-8")
        options = ("--python-platform", "linux", "--constraint", "requirements.lock", str(wanted))
        chosen.write_text(_output((*compile_, *target, *options), root, environ), encoding="utf-8")
        lock.write_text(_output((*locked, "lock", str(chosen)), root, environ), encoding="utf-8")
        project = next(root.glob(f"*/{service}/pyproject.toml"), root / service / "pyproject.toml")
        describe = (
            tool("cyclonedx-py"),
            "requirements",
            "--output-reproducible",
            "--pyproject",
            str(project),
        )
        return _output((*describe, str(lock)), root, environ)
    finally:
        for path in (wanted, chosen, lock):
            path.unlink(missing_ok=True)


def _ui(environ: Mapping[str, str]) -> str:
    """Return the document of the packages that the built UI was made of."""
    options = ("--package-lock-only", "--sbom-format", "cyclonedx")
    return shipped(_output(node.npm("sbom", *options), checkout() / "frontend", node.environment(environ)))


def shipped(document: str) -> str:
    """Return a document of `npm sbom` without the packages that only development needs.

    `npm sbom --omit dev` would leave out too much: also what some package names among its own
    devDependencies, which for instance is React.
    """
    bom = json.loads(document)
    kept = [component for component in bom["components"] if _is_shipped(component)]
    refs = {bom["metadata"]["component"]["bom-ref"], *(component["bom-ref"] for component in kept)}
    bom["components"] = kept
    bom["dependencies"] = [
        {**entry, "dependsOn": [ref for ref in entry["dependsOn"] if ref in refs]}
        for entry in bom["dependencies"]
        if entry["ref"] in refs
    ]
    return json.dumps(bom, indent=2)


def _is_shipped(component: dict[str, Any]) -> bool:
    properties = {each["name"]: each["value"] for each in component.get("properties", ())}
    return component["scope"] == "required" and properties.get("cdx:npm:package:development") != "true"


def _write(path: Path, document: str, log: Callable[[str], None]) -> None:
    components = json.loads(document).get("components", [])
    if not components:
        raise LauncherError(f"{path.name}: no component, which cannot be")
    path.write_text(document, encoding="utf-8")
    log(f"{path.relative_to(checkout())}: {len(components)} packages")


def _output(command: tuple[str, ...] | list[str], folder: Path, environ: Mapping[str, str]) -> str:
    done = captured_apart(command, folder, environ, MOST_SECONDS)
    if done.code:
        raise LauncherError(f"{' '.join(command[:3])} failed with code {done.code}:\n{done.errors.strip()}")
    return done.output


def _uv(environ: Mapping[str, str]) -> str:
    """Return the uv that dev/bootstrap installed."""
    version = hashlib.sha256((checkout() / "dev" / "uv.txt").read_bytes()).hexdigest()[:12]
    return str(Cache.of(environ).root / f"uv-{version}" / "bin" / "uv")
