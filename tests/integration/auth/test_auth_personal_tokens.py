"""Personal tokens, and their exchange."""

import asyncio
from typing import Any

import httpx
import pytest

from cartload_auth.domain.config import MAX_PERSONAL_TOKENS
from support.auth_service import Service

TOKENS, EXCHANGE, ME = "/api/auth/tokens", "/internal/tokens/exchange", "/api/auth/me"


async def make(
    auth: Service, headers: dict[str, str], name: str = "nightly", **more: object
) -> dict[str, Any]:
    answer = await auth.http.post(TOKENS, json={"name": name, **more}, headers=headers)
    assert answer.status_code == 201, answer.text
    token: dict[str, Any] = answer.json()
    return token


async def exchange(auth: Service, token: str) -> httpx.Response:
    return await auth.http.post(EXCHANGE, json={"token": token})


async def exchanged(auth: Service, token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {(await exchange(auth, token)).json()['access_token']}"}


async def test_a_token_is_shown_once(auth: Service) -> None:
    headers = await auth.signed_up()
    made = await make(auth, headers, expires_in_days=30)
    assert made["token"].startswith("clp_")
    assert made["last_used_at"] is None
    (listed,) = (await auth.http.get(TOKENS, headers=headers)).json()["items"]
    assert listed == {name: value for name, value in made.items() if name != "token"}


async def test_a_token_is_exchanged_for_a_short_access_token(auth: Service) -> None:
    headers = await auth.signed_up()
    made = await make(auth, headers)
    answer = await exchange(auth, made["token"])
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 120)
    access = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await auth.http.get(ME, headers=access)).json()["user_name"] == "ada"
    auth.clock.advance(seconds=121)
    assert (await auth.http.get(ME, headers=access)).status_code == 401


async def test_the_last_use_is_remembered_to_the_minute(auth: Service) -> None:
    headers = await auth.signed_up()
    made = await make(auth, headers)

    async def last_used() -> str:
        (listed,) = (await auth.http.get(TOKENS, headers=headers)).json()["items"]
        return str(listed["last_used_at"])

    await exchange(auth, made["token"])
    first = await last_used()
    auth.clock.advance(seconds=30)
    await exchange(auth, made["token"])
    assert await last_used() == first
    auth.clock.advance(seconds=31)
    await exchange(auth, made["token"])
    assert await last_used() > first


async def test_a_revoked_token_is_worth_nothing(auth: Service) -> None:
    headers = await auth.signed_up()
    made = await make(auth, headers)
    assert (await auth.http.delete(f"{TOKENS}/{made['id']}", headers=headers)).status_code == 204
    assert (await exchange(auth, made["token"])).status_code == 401
    assert (await auth.http.delete(f"{TOKENS}/{made['id']}", headers=headers)).status_code == 404


async def test_a_token_ends_on_its_day_and_so_does_what_it_was_exchanged_for(auth: Service) -> None:
    headers = await auth.signed_up()
    made = await make(auth, headers, expires_in_days=1)
    auth.clock.advance(hours=23, minutes=59)
    assert (await exchange(auth, made["token"])).json()["expires_in"] == 60
    auth.clock.advance(minutes=1)
    assert (await exchange(auth, made["token"])).status_code == 401


@pytest.mark.parametrize("token", ["", "clp_unknown", "clr_x", "ä" * 10, "x" * 512])
async def test_an_unknown_token_is_refused(auth: Service, token: str) -> None:
    assert (await exchange(auth, token)).status_code == 401


async def test_another_users_tokens_are_not_there(auth: Service) -> None:
    made = await make(auth, await auth.signed_up("ada"))
    eve = await auth.signed_up("eve")
    assert (await auth.http.get(TOKENS, headers=eve)).json() == {"items": [], "next": None}
    assert (await auth.http.delete(f"{TOKENS}/{made['id']}", headers=eve)).status_code == 404
    assert (await exchange(auth, made["token"])).status_code == 200


async def test_a_leaked_token_cannot_make_or_revoke_tokens(auth: Service) -> None:
    made = await make(auth, await auth.signed_up())
    leaked = await exchanged(auth, made["token"])
    assert (await auth.http.post(TOKENS, json={"name": "heir"}, headers=leaked)).status_code == 403
    assert (await auth.http.delete(f"{TOKENS}/{made['id']}", headers=leaked)).status_code == 403
    assert (await auth.http.get(TOKENS, headers=leaked)).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "a", "expires_in_days": 0}, "expires_in_days"),
        ({"name": "a", "expires_in_days": 366}, "expires_in_days"),
        ({"name": "a", "expires_in_days": 1.5}, "expires_in_days"),
        ({"name": "a", "expires_in_days": "7"}, "expires_in_days"),
    ],
)
async def test_a_wrong_wish_names_the_field(auth: Service, body: dict[str, object], field: str) -> None:
    headers = await auth.signed_up()
    answer = await auth.http.post(TOKENS, json=body, headers=headers)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_the_number_of_tokens_is_bounded_also_for_requests_at_once(auth: Service) -> None:
    headers = await auth.signed_up()
    for _ in range(MAX_PERSONAL_TOKENS - 1):
        await make(auth, headers)
    answers = await asyncio.gather(
        *(auth.http.post(TOKENS, json={"name": "one more"}, headers=headers) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]


async def test_the_list_comes_in_pages_newest_first(auth: Service) -> None:
    headers = await auth.signed_up()
    for number in range(5):
        await make(auth, headers, f"token {number}")
        if number != 2:
            auth.clock.advance(seconds=1)
    names, query = [], {"limit": "2"}
    while True:
        answer = await auth.http.get(TOKENS, params=query, headers=headers)
        names += [token["name"] for token in answer.json()["items"]]
        if answer.json()["next"] is None:
            break
        assert 'rel="next"' in answer.headers["link"]
        query["cursor"] = answer.json()["next"]
    assert sorted(names) == [f"token {number}" for number in range(5)]
    assert (names[0], names[-1]) == ("token 4", "token 0")


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"cursor": "e30"}, {"limit": "0"}, {"limit": "101"}])
async def test_a_wrong_page_is_refused(auth: Service, query: dict[str, str]) -> None:
    headers = await auth.signed_up()
    assert (await auth.http.get(TOKENS, params=query, headers=headers)).status_code == 422


async def test_tokens_need_a_sign_in(auth: Service) -> None:
    assert (await auth.http.get(TOKENS)).status_code == 401
    assert (await auth.http.post(TOKENS, json={"name": "a"})).status_code == 401
    assert (await auth.http.delete(f"{TOKENS}/00000000-0000-0000-0000-000000000000")).status_code == 401
