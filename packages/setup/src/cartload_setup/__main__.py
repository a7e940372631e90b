"""`python -m cartload_setup secrets FOLDER | users FOLDER`: what is run once before everything else."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pymysql

from cartload_setup import databases, secrets
from cartload_setup.accounts import Account

ADMIN = "CARTLOAD_DATABASE_ADMIN_URL"
PATIENCE = "CARTLOAD_PATIENCE_SECONDS"
BLOB_ACCOUNT_URL = "CARTLOAD_BLOB_ACCOUNT_URL"
"""Names an account that the bundled one makes way for."""
OWNERS = {
    "CARTLOAD_AUTH_DATABASE_URL": "auth",
    "CARTLOAD_GENERATOR_DATABASE_URL": "generator",
    "CARTLOAD_WRITER_DATABASE_URL": "writer",
    "CARTLOAD_SHOP_DATABASE_URL": "shop",
}
"""The URL of each service's database, and the service."""
PART = "setup"
"""The folder of secrets that has what making users needs, and none of the services' other secrets."""


def make_secrets(folder: Path, environ: Mapping[str, str]) -> None:
    """Make the secrets where there are none."""
    made = secrets.make(folder, secrets.Servers(), bundled_blob=not environ.get(BLOB_ACCOUNT_URL))
    sys.stdout.write("The secrets are made.\n" if made else "The secrets are there already.\n")


def make_users(folder: Path, environ: Mapping[str, str]) -> None:
    """Make the services' databases and users."""
    accounts = [
        Account.of(
            setting(name, folder, environ), owns_datasets=owner == "writer", owns_shops=owner == "shop"
        )
        for name, owner in OWNERS.items()
    ]
    patience = float(environ.get(PATIENCE, "") or 0)
    databases.make_patiently(setting(ADMIN, folder, environ), accounts, patience)
    sys.stdout.write(f"Databases and users are there: {', '.join(account.user for account in accounts)}.\n")


def setting(name: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Return a setting: the variable where it is set, else the secret of that name."""
    return environ.get(name, "") or (folder / PART / name).read_text(encoding="utf-8")


COMMANDS: dict[str, Callable[[Path, Mapping[str, str]], None]] = {
    "secrets": make_secrets,
    "users": make_users,
}


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m cartload_setup", allow_abbrev=False)
    choices = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        choices.add_parser(name, help=command.__doc__).add_argument("folder", metavar="FOLDER", type=Path)
    given = parser.parse_args(arguments)
    try:
        COMMANDS[given.command](given.folder, os.environ)
    except (OSError, ValueError, RuntimeError, pymysql.MySQLError) as error:
        sys.stderr.write(f"{given.command}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
