"""`python -m cartload_auth api | migrate | create-admin USER | rotate-keys | openapi`."""

from cartload_auth import commands
from cartload_auth.app import build
from cartload_auth.bootstrap import serving
from cartload_auth.settings import AuthSettings
from cartload_kit.cli import dispatch
from cartload_kit.http import print_openapi, serve
from cartload_kit.settings import load


def api() -> None:
    """Serve until SIGTERM."""
    settings = load(AuthSettings)
    serve(build(serving(settings)), settings)


def create_admin(user: str, *, reset: bool = False) -> int:
    """Make an administrator and print a one-time password; `--reset` does so for an account that is there."""
    return commands.run_create_admin(user, reset=reset)


def rotate_keys(*, now: bool = False) -> int:
    """Add a signing key; `--now` also drops the others, which ends every access token in use."""
    return commands.run_rotate_keys(now=now)


def openapi() -> None:
    """Print the OpenAPI document."""
    print_openapi(build())


if __name__ == "__main__":
    dispatch(
        {
            "api": api,
            "migrate": commands.migrate,
            "create-admin": create_admin,
            "rotate-keys": rotate_keys,
            "openapi": openapi,
        }
    )
