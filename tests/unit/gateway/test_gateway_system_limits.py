"""The limits of the services, through the gateway."""

from typing import Any

from .conftest import Gateway

LIMITS = "/api/admin/limits"
SERVICES = ("auth", "generator", "writer", "notifier", "shop")
JOBS = {
    "setting": "CARTLOAD_USER_UNFINISHED_JOBS",
    "description": "Most jobs of one user that are not finished.",
    "maximum": 10,
    "used": 3,
}


async def limits(gateway: Gateway) -> dict[str, dict[str, Any]]:
    async with gateway.client.get(LIMITS, headers=gateway.bearer("boss", role="admin")) as answer:
        assert answer.status == 200
        return {one["name"]: one for one in (await answer.json())["items"]}


async def test_each_service_tells_its_limits_and_the_gateway_its_own(start_gateway: Any) -> None:
    gateway: Gateway = await start_gateway(user_requests_per_minute=60, websockets=7)
    gateway.services.answer("GET /internal/limits", {"items": [JOBS]})
    for _ in range(5):
        async with gateway.client.get("/api/jobs", headers=gateway.bearer("busy")) as answer:
            assert answer.status == 200
    found = await limits(gateway)
    assert list(found) == ["gateway", *SERVICES]
    assert [found[name]["items"] for name in SERVICES] == [[JOBS]] * len(SERVICES)
    own = {one["setting"]: one for one in found["gateway"]["items"]}
    requests = own["CARTLOAD_USER_REQUESTS_PER_MINUTE"]
    assert requests["maximum"] == 60
    assert 4 <= requests["used"] <= 5
    assert requests["description"].startswith("Requests a minute for one signed-in user")
    assert (own["CARTLOAD_WEBSOCKETS"]["maximum"], own["CARTLOAD_WEBSOCKETS"]["used"]) == (7, 0)
    assert own["CARTLOAD_CONNECTIONS"]["used"] is None
    # This very request is in flight.
    assert own["CARTLOAD_USER_REQUESTS_AT_ONCE"]["used"] == 1
    assert all(one["description"] for one in own.values())


async def test_services_are_asked_as_the_administrator(gateway: Gateway) -> None:
    gateway.services.answer("GET /internal/limits", {"items": []})
    await limits(gateway)
    asked = gateway.services.calls("GET /internal/limits")
    assert [one.headers["authorization"].split(" ")[0] for one in asked] == ["Bearer"] * len(SERVICES)


async def test_a_service_that_does_not_tell_is_named_with_the_reason(gateway: Gateway) -> None:
    gateway.services.answer("GET /internal/limits", {"detail": "Away."}, 503)
    assert (await limits(gateway))["generator"] == {
        "name": "generator",
        "items": [],
        "reason": "It answered with status 503.",
    }
    gateway.services.answer("GET /internal/limits", {"items": "many"})
    assert (await limits(gateway))["writer"]["reason"] == "Its answer cannot be read."


async def test_nobody_but_administrators_is_told(gateway: Gateway) -> None:
    async with gateway.client.get(LIMITS, headers=gateway.bearer()) as answer:
        assert answer.status == 403
    async with gateway.client.get(LIMITS) as answer:
        assert answer.status == 401
    async with gateway.client.get("/internal/limits", headers=gateway.bearer(role="admin")) as answer:
        assert answer.status == 404
    assert gateway.services.calls("GET /internal/limits") == []


async def test_other_methods_are_named_as_not_taken(gateway: Gateway) -> None:
    async with gateway.client.delete(LIMITS, headers=gateway.bearer(role="admin")) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
