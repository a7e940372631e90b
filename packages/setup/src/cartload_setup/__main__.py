"""`python -m cartload_setup secrets FOLDER | users FOLDER`: what is run once before everything else."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pymysql

from cartload_setup import databases, secrets
from cartload_setup.accounts import Account

ADMIN = "CARTLOAD_DATABASE_ADMIN_URL"
PATIENCE = "CARTLOAD_PATIENCE_SECONDS"
OWNERS = {
    "CARTLOAD_AUTH_DATABASE_URL": "auth",
    "CARTLOAD_GENERATOR_DATABASE_URL": "generator",
    "CARTLOAD_WRITER_DATABASE_URL": "writer",
}
"""The URL of each service's database, and the folder of secrets that holds it."""


def make_secrets(folder: Path, _environ: Mapping[str, str]) -> None:
    """Make the secrets where there are none."""
    made = secrets.make(folder, secrets.Servers())
    sys.stdout.write("The secrets are made.\n" if made else "The secrets are there already.\n")


def make_users(folder: Path, environ: Mapping[str, str]) -> None:
    """Make the services' databases and users."""
    accounts = [
        Account.of(setting(name, owner, folder, environ), owns_datasets=owner == "writer")
        for name, owner in OWNERS.items()
    ]
    patience = float(environ.get(PATIENCE, "") or 0)
    databases.make_patiently(setting(ADMIN, "setup", folder, environ), accounts, patience)
    sys.stdout.write(f"Databases and users are there: {', '.join(account.user for account in accounts)}.\n")


def setting(name: str, part: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Return a setting: the variable where it is set, else the secret of that name."""
    return environ.get(name, "") or (folder / part / name).read_text(encoding="utf-8")


COMMANDS: dict[str, Callable[[Path, Mapping[str, str]], None]] = {
    "secrets": make_secrets,
    "users": make_users,
}


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    match arguments:
        case [name, folder] if name in COMMANDS:
            try:
                COMMANDS[name](Path(folder), os.environ)
            except (OSError, ValueError, RuntimeError, pymysql.MySQLError) as error:
                sys.stderr.write(f"{name}: {error}\n")
                return 1
            return 0
    usage = f"usage: python -m cartload_setup {'|'.join(COMMANDS)} FOLDER\n"
    if arguments in (["--help"], ["-h"]):
        sys.stdout.write(usage)
        return 0
    sys.stderr.write(usage)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
