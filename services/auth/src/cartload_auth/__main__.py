"""`python -m cartload_auth api | migrate | create-admin USER | rotate-keys | openapi`."""

import asyncio
import sys

from cartload_auth.app import build
from cartload_auth.bootstrap import MIGRATIONS, key_store, migrated_engine, serving
from cartload_auth.settings import AuthSettings, CommandSettings
from cartload_auth.tasks import administration
from cartload_kit.cli import dispatch
from cartload_kit.database import database_clock
from cartload_kit.http import print_openapi, serve
from cartload_kit.settings import load


def api() -> None:
    """Serve until SIGTERM."""
    settings = load(AuthSettings)
    serve(build(serving(settings)), settings)


def migrate() -> None:
    """Bring the database up to date."""
    from cartload_kit.database.migrate import migrate as run_migrations

    settings = load(CommandSettings)
    run_migrations(settings.auth_database_url.get_secret_value(), MIGRATIONS)


def create_admin(user: str, *, reset: bool = False) -> int:
    """Make an administrator and print a one-time password; `--reset` does so for an account that is there."""
    settings = load(CommandSettings)

    async def run() -> str:
        async with migrated_engine(settings) as engine, database_clock(engine) as clock:
            return await administration.create_admin(engine, user, clock(), reset=reset)

    try:
        _say(asyncio.run(run()))
    except administration.Refusal as refusal:
        _say(f"create-admin: {refusal}")
        return 1
    return 0


def rotate_keys(*, now: bool = False) -> int:
    """Add a signing key; `--now` also drops the others, which ends every access token in use."""
    settings = load(CommandSettings)

    async def run() -> str:
        async with migrated_engine(settings) as engine, database_clock(engine) as clock:
            keys = key_store(engine, settings, clock)
            return await (keys.replace() if now else keys.rotate())

    _say(f"new signing key {asyncio.run(run())}")
    if now:
        _say("access tokens signed before are refused by all services within 20 seconds")
    return 0


def openapi() -> None:
    """Print the OpenAPI document."""
    print_openapi(build())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    dispatch(
        {
            "api": api,
            "migrate": migrate,
            "create-admin": create_admin,
            "rotate-keys": rotate_keys,
            "openapi": openapi,
        }
    )
