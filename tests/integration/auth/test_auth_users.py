"""What administrators see and change of accounts, and that nobody else does."""

import asyncio
from typing import Any

import httpx
import pytest

from cartload_auth.repository import accounts
from cartload_auth.tasks import administration
from support.auth_service import PASSWORD, Service

USERS, LOGIN, TOKENS = "/api/admin/users", "/api/auth/login", "/api/auth/tokens"
LIMITS = "/internal/limits"
CHANGE, EXCHANGE = "/api/auth/password", "/internal/tokens/exchange"


async def admin(auth: Service, user_name: str = "root") -> dict[str, str]:
    """An administrator, signed in."""
    await make_admin(auth, await auth.register(user_name))
    return {"Authorization": f"Bearer {(await auth.login(user_name))['access_token']}"}


async def make_admin(auth: Service, account_id: str) -> None:
    await auth.dependencies.in_transaction(
        lambda connection: accounts.set_role(connection, account_id, "admin")
    )


async def listed(auth: Service, headers: dict[str, str], **query: str) -> list[dict[str, Any]]:
    answer = await auth.http.get(USERS, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def names(auth: Service, headers: dict[str, str], **query: str) -> list[str]:
    return [user["user_name"] for user in await listed(auth, headers, **query)]


async def change(auth: Service, headers: dict[str, str], user_id: str, **body: object) -> httpx.Response:
    return await auth.http.patch(f"{USERS}/{user_id}", json=body, headers=headers)


async def sign_in(auth: Service, user_name: str = "ada") -> httpx.Response:
    body = {"user_name": user_name, "password": PASSWORD, "refresh_in": "body"}
    return await auth.http.post(LOGIN, json=body)


async def test_users_are_listed_by_name_with_their_sessions(auth: Service) -> None:
    root = await admin(auth)
    for name in ("eve", "Ada", "bob"):
        await auth.register(name)
    for _ in range(2):
        await auth.login("eve")
    found = {user["user_name"]: user for user in await listed(auth, root)}
    assert list(found) == ["Ada", "bob", "eve", "root"]
    assert [user["sessions"] for user in found.values()] == [0, 0, 2, 1]
    assert [user["role"] for user in found.values()] == ["customer"] * 3 + ["admin"]
    assert {user["disabled_at"] for user in found.values()} == {None}
    assert not any("password" in name for name in found["eve"])
    one = await auth.http.get(f"{USERS}/{found['eve']['id']}", headers=root)
    assert one.json() == found["eve"]


async def test_sessions_that_have_run_out_are_not_counted(auth: Service) -> None:
    await auth.register()
    await auth.login()
    auth.clock.advance(days=400)
    root = await admin(auth)
    assert [user["sessions"] for user in await listed(auth, root, q="ada")] == [0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "a"}, ["ada", "aXb", "a_b"]),
        ({"q": "A_"}, ["a_b"]),
        ({"q": "%"}, []),
        ({"q": "ä"}, []),
        ({"q": ""}, ["ada", "aXb", "a_b", "root"]),
        ({"role": "admin"}, ["root"]),
        ({"role": "customer", "q": "ad"}, ["ada"]),
        ({"disabled": "true"}, ["ada"]),
        ({"disabled": "false"}, ["aXb", "a_b", "root"]),
    ],
)
async def test_users_are_found_by_what_their_name_begins_with_and_by_state(
    auth: Service, query: dict[str, str], expected: list[str]
) -> None:
    root = await admin(auth)
    ids = {name: await auth.register(name) for name in ("ada", "a_b", "aXb")}
    assert (await change(auth, root, ids["ada"], disabled=True)).status_code == 200
    assert await names(auth, root, **query) == expected


async def test_the_list_comes_in_pages_that_stay_in_order_while_users_come(auth: Service) -> None:
    root = await admin(auth)
    for name in ("usr1", "usr3", "usr4", "usr5"):
        await auth.register(name)
    first = await auth.http.get(USERS, params={"limit": "2", "q": "USR"}, headers=root)
    assert 'rel="next"' in first.headers["link"]
    await auth.register("usr2")
    query = {"limit": "2", "q": "USR", "cursor": first.json()["next"]}
    second = await auth.http.get(USERS, params=query, headers=root)
    seen = [user["user_name"] for page in (first, second) for user in page.json()["items"]]
    assert (seen, second.json()["next"]) == (["usr1", "usr3", "usr4", "usr5"], None)


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "eyJ1c2VyX25hbWUiOiLDpCJ9"},
        {"limit": "0"},
        {"role": "root"},
        {"q": "x" * 65},
        {"disabled": "maybe"},
    ],
)
async def test_a_wrong_question_is_refused(auth: Service, query: dict[str, str]) -> None:
    root = await admin(auth)
    assert (await auth.http.get(USERS, params=query, headers=root)).status_code == 422


async def test_a_role_given_and_taken_shows_at_the_next_renewal(auth: Service) -> None:
    root = await admin(auth)
    ada = await auth.register()
    signed_in = await auth.login()
    for role, status in (("admin", 200), ("customer", 403)):
        answer = await change(auth, root, ada, role=role)
        assert (answer.status_code, answer.json()["role"]) == (200, role)
        signed_in = (await auth.refresh(signed_in["refresh_token"])).json()
        assert signed_in["user"]["role"] == role
        headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
        assert (await auth.http.get(USERS, headers=headers)).status_code == status


async def test_a_disabled_account_is_shut_until_it_is_enabled(auth: Service) -> None:
    root = await admin(auth)
    ada = await auth.register()
    signed_in = await auth.login()
    headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
    token = (await auth.http.post(TOKENS, json={"name": "script"}, headers=headers)).json()["token"]
    answer = await change(auth, root, ada, disabled=True)
    assert answer.json()["disabled_at"] is not None
    assert answer.json()["sessions"] == 0

    assert (await auth.refresh(signed_in["refresh_token"])).status_code == 401
    refused = await sign_in(auth)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_disabled")
    assert (await auth.http.post(EXCHANGE, json={"token": token})).status_code == 401
    assert (await auth.http.post(TOKENS, json={"name": "more"}, headers=headers)).status_code == 401
    new = {"user_name": "ada", "password": PASSWORD, "new_password": "another good password"}
    assert (await auth.http.post(CHANGE, json=new)).status_code == 403
    leaving = await auth.http.request(
        "DELETE", "/api/auth/account", json={"password": PASSWORD}, headers=headers
    )
    assert leaving.status_code == 403

    assert (await change(auth, root, ada, disabled=False)).json()["disabled_at"] is None
    assert (await sign_in(auth)).status_code == 200
    assert (await auth.http.post(EXCHANGE, json={"token": token})).status_code == 200


async def test_who_is_disabled_is_not_told_to_who_does_not_know_the_password(auth: Service) -> None:
    root = await admin(auth)
    await change(auth, root, await auth.register(), disabled=True)
    body = {"user_name": "ada", "password": "not my password"}
    assert (await auth.http.post(LOGIN, json=body)).status_code == 401


async def test_disabling_twice_keeps_the_time(auth: Service) -> None:
    root = await admin(auth)
    ada = await auth.register()
    first = (await change(auth, root, ada, disabled=True)).json()["disabled_at"]
    auth.clock.advance(minutes=1)
    assert (await change(auth, root, ada, disabled=True, role="customer")).json()["disabled_at"] == first


@pytest.mark.parametrize("body", [{"role": "customer"}, {"disabled": True}])
async def test_the_last_administrator_who_can_sign_in_stays(auth: Service, body: dict[str, object]) -> None:
    root = await admin(auth)
    [me] = await listed(auth, root, role="admin")
    assert (await change(auth, root, me["id"], **body)).status_code == 409
    other = await auth.register("other")
    assert (await change(auth, root, other, role="admin", disabled=True)).status_code == 200
    assert (await change(auth, root, me["id"], **body)).status_code == 409
    assert (await change(auth, root, other, disabled=False)).status_code == 200
    assert (await change(auth, root, me["id"], **body)).status_code == 200
    # The access token still says admin; the account is none any more.
    assert (await change(auth, root, me["id"], role="admin", disabled=False)).status_code == 403


async def test_of_two_administrators_who_shut_each_other_out_one_stays(auth: Service) -> None:
    both = {name: await admin(auth, name) for name in ("root", "other")}
    ids = {user["user_name"]: user["id"] for user in await listed(auth, both["root"], role="admin")}
    answers = await asyncio.gather(
        change(auth, both["root"], ids["other"], role="customer"),
        change(auth, both["other"], ids["root"], disabled=True),
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])


async def test_a_reset_on_the_command_line_enables_an_administrator(auth: Service) -> None:
    root = await admin(auth)
    other = await auth.register("other")
    await change(auth, root, other, disabled=True)
    engine, now = auth.dependencies.engine, auth.clock()
    once = await administration.create_admin(engine, "other", now, reset=True)
    body = {"user_name": "other", "password": once, "new_password": PASSWORD}
    assert (await auth.http.post(CHANGE, json=body)).status_code == 204
    assert (await sign_in(auth, "other")).json()["user"]["role"] == "admin"


@pytest.mark.parametrize(
    "body", [{"role": "root"}, {"role": 1}, {"disabled": "yes"}, {"disabled": 1}, {"user_name": "x"}]
)
async def test_a_wrong_change_is_refused(auth: Service, body: dict[str, object]) -> None:
    root = await admin(auth)
    ada = await auth.register()
    assert (await change(auth, root, ada, **body)).status_code == 422


async def test_nobody_else_sees_or_changes_users(auth: Service) -> None:
    eve = await auth.signed_up("eve")
    ada = await auth.register()
    nobody = "00000000-0000-4000-8000-000000000000"
    for path in (USERS, f"{USERS}/{ada}", f"{USERS}/{nobody}"):
        assert (await auth.http.get(path, headers=eve)).status_code == 403
        assert (await auth.http.get(path)).status_code == 401
    assert (await change(auth, eve, ada, disabled=True)).status_code == 403
    assert (await change(auth, {}, ada, disabled=True)).status_code == 401
    root = await admin(auth)
    assert (await change(auth, root, nobody, disabled=True)).status_code == 404
    assert (await auth.http.get(f"{USERS}/{nobody}", headers=root)).status_code == 404


async def test_administrators_read_the_limits_of_passwords_and_sign_ins(auth: Service) -> None:
    root, eve = await admin(auth), await auth.signed_up("eve")
    found = (await auth.http.get(LIMITS, headers=root)).json()["items"]
    assert [limit["setting"] for limit in found] == [
        "CARTLOAD_PASSWORD_WORKERS",
        "CARTLOAD_PASSWORD_QUEUE",
        "CARTLOAD_PASSWORD_QUEUE_ADDRESS",
        "CARTLOAD_LOGIN_ATTEMPTS",
        "CARTLOAD_LOGIN_ATTEMPTS_ACCOUNT",
        "CARTLOAD_LOGIN_ATTEMPTS_ADDRESS",
        "CARTLOAD_REGISTRATIONS_ADDRESS",
    ]
    assert [limit["used"] for limit in found] == [0, 0, 0, None, None, None, None]
    assert all(limit["maximum"] > 0 and limit["description"] for limit in found)
    assert (await auth.http.get(LIMITS, headers=eve)).status_code == 403
    assert (await auth.http.get(LIMITS)).status_code == 401


async def test_a_personal_token_of_an_administrator_changes_nobody(auth: Service) -> None:
    root = await admin(auth)
    ada = await auth.register()
    made = (await auth.http.post(TOKENS, json={"name": "script"}, headers=root)).json()
    exchanged = (await auth.http.post(EXCHANGE, json={"token": made["token"]})).json()
    leaked = {"Authorization": f"Bearer {exchanged['access_token']}"}
    assert (await change(auth, leaked, ada, role="admin")).status_code == 403
    assert await names(auth, leaked, q="ada") == ["ada"]
