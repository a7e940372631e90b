"""The HTTP side of a process: the app factory, its limits and its server."""

from cartload_kit.http.app import create_app
from cartload_kit.http.health import ReadyCheck
from cartload_kit.http.lifecycle import Lifecycle
from cartload_kit.http.openapi import print_openapi
from cartload_kit.http.server import serve
from cartload_kit.http.strictjson import loads

__all__ = ["Lifecycle", "ReadyCheck", "create_app", "loads", "print_openapi", "serve"]
