"""The HTTP application."""

from fastapi import FastAPI

from cartload_auth.api import accounts, jwks, limits, personal_tokens, sessions, users
from cartload_kit.database.unavailable import answer_503_when_unavailable
from cartload_kit.http import create_app
from cartload_kit.http.app import Lifespan

_MAX_BODY = 16 * 1024


def build(lifespan: Lifespan | None = None) -> FastAPI:
    """The app with all its routes; without a lifespan it serves only to be described."""
    app = create_app(
        "auth",
        lifespan=lifespan,
        title="Cartload accounts",
        description="Accounts, sessions and tokens.",
        checks={},
        max_body=_MAX_BODY,
    )
    answer_503_when_unavailable(app)
    for module in (accounts, sessions, personal_tokens, users, jwks):
        app.include_router(module.router)
    app.include_router(personal_tokens.internal)
    app.include_router(limits.internal)
    return app
