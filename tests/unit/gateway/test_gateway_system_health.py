"""The health of the services, through the gateway."""

from typing import Any

from fastapi import FastAPI
from starlette.responses import JSONResponse

from support.serving import closed_port, served

from .conftest import Gateway

HEALTH = "/api/admin/health"


def service(status: int, body: object) -> FastAPI:
    """A service that says this of its health."""
    app = FastAPI()

    @app.get("/health/ready")
    async def ready() -> JSONResponse:
        return JSONResponse(body, status)

    return app


async def health(gateway: Gateway, **claims: Any) -> tuple[int, dict[str, Any]]:
    async with gateway.client.get(HEALTH, headers=gateway.bearer(**claims)) as answer:
        body = await answer.json(content_type=None)
        return answer.status, {one["name"]: one for one in body.get("items", ())}


async def test_each_service_says_how_it_is(start_gateway: Any) -> None:
    lacking = {"status": 503, "detail": "Not ready: kafka.", "failed": {"kafka": "away"}}
    async with (
        served(service(200, {"status": "ready"})) as good,
        served(service(503, lacking)) as bad,
        served(service(503, ["odd"])) as odd,
    ):
        gateway = await start_gateway(
            auth_url=good,
            generator_url=bad,
            writer_url=odd,
            notifier_url=f"http://127.0.0.1:{closed_port()}",
            shop_url=good,
        )
        status, found = await health(gateway, role="admin")
    assert status == 200
    assert list(found) == ["auth", "generator", "writer", "notifier", "shop"]
    assert [one["ready"] for one in found.values()] == [True, False, False, False, True]
    assert found["auth"]["failed"] == {}
    assert found["generator"]["failed"] == {"kafka": "away"}
    assert found["writer"]["failed"] == {"answer": "status 503"}
    assert found["notifier"]["failed"]["answer"]


async def test_nobody_but_administrators_is_told(gateway: Gateway) -> None:
    assert (await health(gateway, role="customer"))[0] == 403
    async with gateway.client.get(HEALTH) as answer:
        assert answer.status == 401


async def test_other_methods_are_named_as_not_taken(gateway: Gateway) -> None:
    async with gateway.client.post(HEALTH, headers=gateway.bearer(role="admin")) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    async with gateway.client.get(f"{HEALTH}/more", headers=gateway.bearer(role="admin")) as answer:
        assert answer.status == 404
