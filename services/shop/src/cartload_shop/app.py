"""The app of the role `api`: its routes, and what it answers when something is away."""

from collections.abc import Mapping

from fastapi import FastAPI

from cartload_kit.database.unavailable import answer_503_when_unavailable
from cartload_kit.http import ReadyCheck, create_app
from cartload_kit.http.app import Lifespan
from cartload_shop.api.carts.routes import router as carts
from cartload_shop.api.catalogue.listing_routes import router as listings
from cartload_shop.api.catalogue.routes import router as catalogue
from cartload_shop.api.catalogue.stock_routes import router as stock
from cartload_shop.api.limits import internal as limits
from cartload_shop.api.shops.routes import internal as owners
from cartload_shop.api.shops.routes import router as shops


def build(lifespan: Lifespan | None = None, checks: Mapping[str, ReadyCheck] | None = None) -> FastAPI:
    """The app with all its routes; needs no server to be built."""
    app = create_app(
        "shop-api",
        lifespan=lifespan,
        title="Cartload: shops",
        description="Open living shops on datasets, and do business in them.",
        checks=checks,
    )
    answer_503_when_unavailable(app)
    for router in (shops, catalogue, listings, stock, carts, owners, limits):
        app.include_router(router)
    return app
