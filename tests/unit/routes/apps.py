"""The apps whose routes are public, and their documents, which take half a second to make."""

from typing import Any

from fastapi import FastAPI

import cartload_auth.app
import cartload_gateway.app
import cartload_generator.app
import cartload_shop.app
import cartload_writer.app

APPS: dict[str, FastAPI] = {
    "auth": cartload_auth.app.build(),
    "gateway": cartload_gateway.app.describe(),
    "generator": cartload_generator.app.build(),
    "shop": cartload_shop.app.build(),
    "writer": cartload_writer.app.build(),
}
DOCUMENTS: dict[str, dict[str, Any]] = {name: app.openapi() for name, app in APPS.items()}
