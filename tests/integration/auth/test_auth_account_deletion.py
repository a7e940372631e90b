"""An account that is deleted: gone at once, and the generator is told of it however long that takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import jwt
import pytest
from aiohttp import web

from cartload_auth.api import account_deletion
from cartload_auth.tasks import administration
from support import auth_service
from support.auth_service import PASSWORD, Service

ACCOUNT, TOKENS, CHANGE = "/api/auth/account", "/api/auth/tokens", "/api/auth/password"
OTHER_PASSWORD = "another good password"


class DataOwner:
    """A service that keeps whose data it was told to delete; `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 204
        self.asked: list[str] = []
        self.url = ""

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        assert (request.method, request.path) == ("DELETE", "/internal/owner")
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, options={"verify_signature": False})
        assert (claims["typ"], claims["role"]) == ("access", "customer")
        self.asked.append(claims["sub"])
        return web.Response(status=self.status)


@asynccontextmanager
async def serving() -> AsyncIterator[DataOwner]:
    owner = DataOwner()
    runner = web.ServerRunner(web.Server(owner))
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        owner.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield owner
    finally:
        await runner.cleanup()


@pytest.fixture
async def generator() -> AsyncIterator[DataOwner]:
    async with serving() as found:
        yield found


@pytest.fixture
async def shop() -> AsyncIterator[DataOwner]:
    async with serving() as found:
        yield found


@pytest.fixture
async def auth(auth_database: str, generator: DataOwner, shop: DataOwner) -> AsyncIterator[Service]:
    """The service beside others that answer."""
    async with auth_service.running(auth_database, generator_url=generator.url, shop_url=shop.url) as service:
        yield service


async def delete(auth: Service, headers: dict[str, str], password: str = PASSWORD) -> httpx.Response:
    return await auth.http.request("DELETE", ACCOUNT, json={"password": password}, headers=headers)


async def sign_in_as_admin(auth: Service, user_name: str) -> dict[str, str]:
    now, engine = auth.clock(), auth.dependencies.engine
    once = await administration.create_admin(engine, user_name, now, reset=False)
    body = {"user_name": user_name, "password": once, "new_password": PASSWORD}
    assert (await auth.http.post(CHANGE, json=body)).status_code == 204
    return {"Authorization": f"Bearer {(await auth.login(user_name))['access_token']}"}


async def test_a_deleted_account_is_gone_with_its_sessions_tokens_and_data(
    auth: Service, generator: DataOwner, shop: DataOwner
) -> None:
    account_id = await auth.register()
    signed_in = await auth.login()
    headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
    made = (await auth.http.post(TOKENS, json={"name": "script"}, headers=headers)).json()
    assert (await delete(auth, headers)).status_code == 204
    assert generator.asked == [account_id]
    assert (await auth.refresh(signed_in["refresh_token"])).status_code == 401
    assert (await auth.http.get("/api/auth/me", headers=headers)).status_code == 401
    exchanged = await auth.http.post("/internal/tokens/exchange", json={"token": made["token"]})
    assert exchanged.status_code == 401
    login = await auth.http.post("/api/auth/login", json={"user_name": "ada", "password": PASSWORD})
    assert login.status_code == 401
    assert (await delete(auth, headers)).status_code == 401
    assert await auth.register() != account_id
    assert generator.asked == shop.asked == [account_id]


async def test_the_browser_forgets_the_session(auth: Service) -> None:
    await auth.register()
    async with auth.browser() as browser:
        body = {"user_name": "ada", "password": PASSWORD}
        signed_in = (await browser.post("/api/auth/login", json=body)).json()
        headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
        await browser.request("DELETE", ACCOUNT, json={"password": PASSWORD}, headers=headers)
        assert auth_service.COOKIE not in browser.cookies


async def test_a_wrong_password_deletes_nothing_and_counts_as_an_attempt(
    auth: Service, generator: DataOwner, shop: DataOwner
) -> None:
    headers = await auth.signed_up()
    refused = await delete(auth, headers, OTHER_PASSWORD)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "password")
    assert OTHER_PASSWORD not in refused.text
    statuses = {(await delete(auth, headers, OTHER_PASSWORD)).status_code for _ in range(10)}
    assert statuses == {422, 429}
    assert generator.asked == shop.asked == []
    assert (await auth.http.get("/api/auth/me", headers=headers)).status_code == 200


async def test_a_personal_token_cannot_delete_the_account(auth: Service, generator: DataOwner) -> None:
    headers = await auth.signed_up()
    made = (await auth.http.post(TOKENS, json={"name": "script"}, headers=headers)).json()
    exchanged = await auth.http.post("/internal/tokens/exchange", json={"token": made["token"]})
    leaked = {"Authorization": f"Bearer {exchanged.json()['access_token']}"}
    assert (await delete(auth, leaked)).status_code == 403
    assert (await auth.http.request("DELETE", ACCOUNT, json={"password": PASSWORD})).status_code == 401
    assert generator.asked == []


@pytest.mark.parametrize("status", [401, 500, 503])
async def test_what_the_generator_did_not_take_is_told_again_until_it_does(
    auth: Service, generator: DataOwner, status: int
) -> None:
    account_id = await auth.register()
    headers = {"Authorization": f"Bearer {(await auth.login())['access_token']}"}
    generator.status = status
    assert (await delete(auth, headers)).status_code == 204
    await account_deletion.delete_waiting_data(auth.dependencies)
    assert generator.asked == [account_id] * 2
    generator.status = 204
    for _ in range(2):
        await account_deletion.delete_waiting_data(auth.dependencies)
    assert generator.asked == [account_id] * 3


async def test_what_one_service_took_is_told_to_all_until_the_last_has_taken_it(
    auth: Service, generator: DataOwner, shop: DataOwner
) -> None:
    account_id = await auth.register()
    headers = {"Authorization": f"Bearer {(await auth.login())['access_token']}"}
    shop.status = 503
    assert (await delete(auth, headers)).status_code == 204
    shop.status = 204
    for _ in range(2):
        await account_deletion.delete_waiting_data(auth.dependencies)
    assert generator.asked == shop.asked == [account_id] * 2


async def test_an_account_is_deleted_while_the_generator_is_away(auth_database: str) -> None:
    async with auth_service.running(auth_database) as auth:
        account_id = await auth.register()
        headers = {"Authorization": f"Bearer {(await auth.login())['access_token']}"}
        assert (await delete(auth, headers)).status_code == 204
        assert (await auth.http.get("/api/auth/me", headers=headers)).status_code == 401
    # Another process, after a restart: what is to be done lies in the database.
    async with serving() as generator, serving() as shop:
        async with auth_service.running(
            auth_database, generator_url=generator.url, shop_url=shop.url
        ) as again:
            await account_deletion.delete_waiting_data(again.dependencies)
        assert generator.asked == [account_id]


async def test_the_last_administrator_stays(auth: Service, generator: DataOwner) -> None:
    root = await sign_in_as_admin(auth, "root")
    await auth.register()
    refused = await delete(auth, root)
    assert (refused.status_code, "last administrator" in refused.json()["detail"]) == (409, True)
    assert generator.asked == []
    other = await sign_in_as_admin(auth, "other")
    assert (await delete(auth, root)).status_code == 204
    assert (await delete(auth, other)).status_code == 409


async def test_of_two_administrators_who_leave_at_once_one_stays(auth: Service) -> None:
    both = [await sign_in_as_admin(auth, name) for name in ("root", "other")]
    answers = await asyncio.gather(*(delete(auth, headers) for headers in both))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
