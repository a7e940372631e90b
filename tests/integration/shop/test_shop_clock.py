"""The clock of a shop: who may set it, and that it never goes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.shop_service import Person, ShopService


def path(shop: Any) -> str:
    return f"/api/shops/{shop['id']}/clock"


def at(clock: Any) -> datetime:
    return datetime.fromisoformat(clock["now"])


async def test_it_runs_as_fast_as_its_manager_says(owner: Person, shop: Any) -> None:
    before = at(await owner.read(path(shop)))
    fast = (await owner.call("PUT", path(shop), json={"mode": "running", "speed": 3_600})).json()
    assert (fast["mode"], fast["speed"]) == ("running", 3_600)
    assert at(fast) >= before
    while (now := at(await owner.read(path(shop)))) < before + timedelta(minutes=5):
        assert now >= before


async def test_a_paused_one_stands_still(owner: Person, shop: Any) -> None:
    await owner.call("PUT", path(shop), json={"mode": "running", "speed": 3_600})
    paused = (await owner.call("PUT", path(shop), json={"mode": "paused"})).json()
    assert at(await owner.read(path(shop))) == at(paused)
    assert at((await owner.call("PUT", path(shop), json={"mode": "running"})).json()) == at(paused)


async def test_it_can_show_the_real_time_and_goes_on_from_there(owner: Person, shop: Any) -> None:
    wall = (await owner.call("PUT", path(shop), json={"mode": "wall"})).json()
    assert abs(at(wall) - datetime.now(UTC)) < timedelta(seconds=5)
    assert at((await owner.call("PUT", path(shop), json={"mode": "running"})).json()) >= at(wall)


async def test_it_never_goes_back_to_the_real_time(service: ShopService, owner: Person, shop: Any) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    async with service.inside(shop["id"]) as session:
        clock = session.tables.shop_clock
        await session.connection.execute(clock.update().values(shop_time=tomorrow))
    answer = await owner.call("PUT", path(shop), json={"mode": "wall"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "mode")
    assert at(await owner.read(path(shop))) >= tomorrow.replace(microsecond=0)


async def test_only_its_manager_sets_it(service: ShopService, shop: Any) -> None:
    visitor = service.person()
    assert (await visitor.read(path(shop)))["mode"] == "running"
    assert (await visitor.call("PUT", path(shop), json={"mode": "paused"})).status_code == 404
    assert (await service.guest().call("PUT", path(shop), json={"mode": "paused"})).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mode": "stopped"}, "mode"),
        ({"speed": 0}, "speed"),
        ({"speed": 3_601}, "speed"),
        ({"speed": "fast"}, "speed"),
        ({"now": "2026-01-01T00:00:00Z"}, "now"),
    ],
)
async def test_what_is_wrong_is_named(owner: Person, shop: Any, body: Any, field: str) -> None:
    answer = await owner.call("PUT", path(shop), json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
