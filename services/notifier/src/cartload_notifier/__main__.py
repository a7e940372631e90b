"""`python -m cartload_notifier api | openapi`."""

from cartload_kit.cli import dispatch
from cartload_kit.http import print_openapi, serve
from cartload_kit.settings import load
from cartload_notifier.api.messages import MAX_BYTES
from cartload_notifier.app import build
from cartload_notifier.bootstrap import serving
from cartload_notifier.settings import NotifierSettings


def api() -> None:
    """Serve until SIGTERM."""
    settings = load(NotifierSettings)
    serve(build(serving(settings)), settings, ws_max_size=MAX_BYTES)


def openapi() -> None:
    """Print the OpenAPI document."""
    print_openapi(build())


if __name__ == "__main__":
    dispatch({"api": api, "openapi": openapi})
