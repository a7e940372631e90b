"""`python -m cartload_gateway api|openapi`."""

from cartload_gateway.app import build, describe, serving_options
from cartload_gateway.settings import GatewaySettings
from cartload_kit.cli import dispatch
from cartload_kit.http import print_openapi, serve
from cartload_kit.settings import load


def api() -> None:
    """Serve the public origin."""
    settings = load(GatewaySettings)
    serve(build(settings), settings, ws_max_size=64 * 1024, **serving_options(settings))


def openapi() -> None:
    """Print the OpenAPI document of the gateway's own endpoints."""
    print_openapi(describe())


dispatch({"api": api, "openapi": openapi})
