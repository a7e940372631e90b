"""`make audit`: which locked packages have advisories against them, asked of the registries' services."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cartload_dev import node
from cartload_dev.checks import tool
from cartload_dev.commands import Done, captured_apart
from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout

LOCK = "requirements.lock"
NPM_FOLDERS = ("frontend", "dev/azurite")
MOST_SECONDS = 600


class NotAudited(Exception):
    """A service gave no answer; the text says why. Nothing is known then, which is not the same as clean."""


@dataclass(frozen=True)
class Advisory:
    """A known weakness of one locked package."""

    package: str
    id: str
    fix: str
    """What to do about it, in the words of the service."""

    def line(self) -> str:
        """Return it as a line of the report."""
        return f"  {self.package}: {self.id} ({self.fix})"


def audit(environ: Mapping[str, str], log: Callable[[str], None]) -> None:
    """Ask for advisories on every lock file and print them.

    Raises LauncherError when there are any, and when a service could not be asked.
    """
    found, unknown = 0, []
    for name in (LOCK, *NPM_FOLDERS):
        try:
            advisories = _python(environ) if name == LOCK else _npm(name, environ)
        except NotAudited as error:
            unknown.append(name)
            log(f"{name}: NOT AUDITED: {error}")
            continue
        found += len(advisories)
        log("\n".join((f"{name}: {len(advisories)} advisories", *(each.line() for each in advisories))))
    problems = [f"{found} advisories"] if found else []
    problems += [f"not audited: {', '.join(unknown)}"] if unknown else []
    if problems:
        raise LauncherError(f"make audit: {'; '.join(problems)}")


def _python(environ: Mapping[str, str]) -> list[Advisory]:
    # Without --strict, a package that the service does not know is left out and the audit passes.
    options = (
        "--strict",
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "--format",
        "json",
    )
    return read_pip_audit(
        captured_apart((tool("pip-audit"), *options, "-r", LOCK), checkout(), environ, MOST_SECONDS)
    )


def _npm(folder: str, environ: Mapping[str, str]) -> list[Advisory]:
    command = node.npm("audit", "--package-lock-only", "--json")
    return read_npm_audit(
        captured_apart(command, checkout() / folder, node.environment(environ), MOST_SECONDS)
    )


def read_pip_audit(done: Done) -> list[Advisory]:
    """Return what `pip-audit --format json` found; raises NotAudited when it found out nothing."""
    packages = _document(done).get("dependencies")
    if not packages:
        raise NotAudited(_last_line(done))
    return [
        Advisory(
            f"{package['name']} {package['version']}",
            advisory["id"],
            f"fixed in {', '.join(advisory['fix_versions']) or 'no release'}",
        )
        for package in packages
        for advisory in package["vulns"]
    ]


def read_npm_audit(done: Done) -> list[Advisory]:
    """Return what `npm audit --json` found; raises NotAudited when it found out nothing."""
    document = _document(done)
    if "vulnerabilities" not in document:
        raise NotAudited(document.get("message") or _last_line(done))
    # A package whose only fault is that it needs a bad one has names in `via`; the bad one has the advisory.
    return [
        Advisory(f"{name} {advisory['range']}", advisory["url"], advisory["title"])
        for name, package in document["vulnerabilities"].items()
        for advisory in package["via"]
        if isinstance(advisory, dict)
    ]


def _document(done: Done) -> dict[str, Any]:
    try:
        document = json.loads(done.output)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _last_line(done: Done) -> str:
    lines = done.errors.strip().splitlines()
    return lines[-1] if lines else f"no answer, exit code {done.code}"
