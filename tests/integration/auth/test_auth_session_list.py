"""Where an account is signed in: listed, and ended one by one or all at once."""

from typing import Any

import pytest

from support.auth_service import PASSWORD, Service

SESSIONS, LOGIN, TOKENS = "/api/auth/sessions", "/api/auth/login", "/api/auth/tokens"


def bearer(signed_in: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed_in['access_token']}"}


async def listed(auth: Service, headers: dict[str, str], **query: str) -> list[dict[str, Any]]:
    answer = await auth.http.get(SESSIONS, headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def sign_in(auth: Service, user_agent: str) -> dict[str, str]:
    body = {"user_name": "ada", "password": PASSWORD, "refresh_in": "body"}
    answer = await auth.http.post(LOGIN, json=body, headers={"User-Agent": user_agent})
    assert answer.status_code == 200, answer.text
    return bearer(answer.json())


async def test_sessions_are_listed_newest_first_and_the_own_one_is_marked(auth: Service) -> None:
    await auth.register()
    phone = await sign_in(auth, "Phone/1")
    auth.clock.advance(minutes=1)
    laptop = await sign_in(auth, "Laptop/2")
    seen = [(one["user_agent"], one["current"]) for one in await listed(auth, phone)]
    assert seen == [("Laptop/2", False), ("Phone/1", True)]
    assert [one["current"] for one in await listed(auth, laptop)] == [True, False]


async def test_a_renewal_shows(auth: Service) -> None:
    await auth.register()
    signed_in = await auth.login()
    (before,) = await listed(auth, bearer(signed_in))
    assert before["renewed_at"] == before["created_at"]
    auth.clock.advance(minutes=5)
    await auth.refresh(signed_in["refresh_token"])
    (after,) = await listed(auth, bearer(signed_in))
    assert (after["id"], after["created_at"]) == (before["id"], before["created_at"])
    assert after["renewed_at"] > before["renewed_at"]


async def test_a_session_that_has_run_out_is_not_listed(auth: Service) -> None:
    await auth.register()
    old = await auth.login()
    (session,) = await listed(auth, bearer(old))
    auth.clock.advance(days=400)
    assert [one["id"] for one in await listed(auth, bearer(await auth.login()))] != [session["id"]]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("curl/8.14.1", "curl/8.14.1"),
        ("x" * 5000, "x" * 200),
        ("tab\tin it", "tabin it"),
        ("\xfcmlaut", "mlaut"),
        ("", None),
    ],
)
async def test_what_a_client_calls_itself_is_kept_as_far_as_it_can_be_shown(
    auth: Service, sent: str, kept: str | None
) -> None:
    await auth.register()
    body = {"user_name": "ada", "password": PASSWORD, "refresh_in": "body"}
    answer = await auth.http.post(LOGIN, json=body, headers={b"User-Agent": sent.encode("latin-1")})
    (session,) = await listed(auth, bearer(answer.json()))
    assert session["user_agent"] == kept


async def test_an_ended_session_cannot_be_renewed_and_others_go_on(auth: Service) -> None:
    await auth.register()
    lost, kept = await auth.login(), await auth.login()
    (session,) = [one for one in await listed(auth, bearer(kept)) if not one["current"]]
    ending = f"{SESSIONS}/{session['id']}"
    assert (await auth.http.delete(ending, headers=bearer(kept))).status_code == 204
    assert (await auth.refresh(lost["refresh_token"])).status_code == 401
    assert (await auth.refresh(kept["refresh_token"])).status_code == 200
    assert (await auth.http.delete(ending, headers=bearer(kept))).status_code == 404


async def test_all_others_are_ended_at_once_and_those_of_other_accounts_stay(auth: Service) -> None:
    await auth.register()
    await auth.register("eve")
    others, eve = [await auth.login() for _ in range(3)], await auth.login("eve")
    kept = await auth.login()
    assert (await auth.http.delete(SESSIONS, headers=bearer(kept))).status_code == 204
    assert [(await auth.refresh(one["refresh_token"])).status_code for one in others] == [401] * 3
    assert (await auth.refresh(kept["refresh_token"])).status_code == 200
    assert (await auth.refresh(eve["refresh_token"])).status_code == 200


async def test_a_stranger_sees_and_ends_nothing_of_it(auth: Service) -> None:
    await auth.register()
    ada = await auth.login()
    (session,) = await listed(auth, bearer(ada))
    eve = await auth.signed_up("eve")
    assert session["id"] not in [one["id"] for one in await listed(auth, eve)]
    assert (await auth.http.delete(f"{SESSIONS}/{session['id']}", headers=eve)).status_code == 404
    assert (await auth.refresh(ada["refresh_token"])).status_code == 200


async def test_a_leaked_personal_token_cannot_sign_its_owner_out(auth: Service) -> None:
    headers = await auth.signed_up()
    made = (await auth.http.post(TOKENS, json={"name": "script"}, headers=headers)).json()
    exchanged = await auth.http.post("/internal/tokens/exchange", json={"token": made["token"]})
    leaked = bearer(exchanged.json())
    (session,) = await listed(auth, leaked)
    assert not session["current"]
    assert (await auth.http.delete(SESSIONS, headers=leaked)).status_code == 403
    assert (await auth.http.delete(f"{SESSIONS}/{session['id']}", headers=leaked)).status_code == 403
    assert len(await listed(auth, headers)) == 1


async def test_the_list_comes_in_pages(auth: Service) -> None:
    headers = await auth.signed_up()
    for _ in range(4):
        await auth.login()
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        answer = await auth.http.get(SESSIONS, params=query, headers=headers)
        seen += [one["id"] for one in answer.json()["items"]]
        if answer.json()["next"] is None:
            break
        assert 'rel="next"' in answer.headers["link"]
        query["cursor"] = answer.json()["next"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"cursor": "e30"}, {"limit": "0"}, {"limit": "101"}])
async def test_a_wrong_page_is_refused(auth: Service, query: dict[str, str]) -> None:
    headers = await auth.signed_up()
    assert (await auth.http.get(SESSIONS, params=query, headers=headers)).status_code == 422


async def test_sessions_need_a_sign_in(auth: Service) -> None:
    assert (await auth.http.get(SESSIONS)).status_code == 401
    assert (await auth.http.delete(SESSIONS)).status_code == 401
    assert (await auth.http.delete(f"{SESSIONS}/00000000-0000-0000-0000-000000000000")).status_code == 401
