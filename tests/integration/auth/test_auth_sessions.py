"""Refresh tokens: rotated, revoked as a family, with a grace time for lost answers."""

import asyncio

import httpx
import pytest

from support.auth_service import COOKIE, PASSWORD, Service, connect, running

LOGIN, REFRESH, LOGOUT = "/api/auth/login", "/api/auth/refresh", "/api/auth/logout"
CREDENTIALS = {"user_name": "ada", "password": PASSWORD}


async def test_the_browser_gets_the_refresh_token_in_a_cookie_only(auth: Service) -> None:
    await auth.register()
    answer = await auth.http.post(LOGIN, json=CREDENTIALS)
    assert "refresh_token" not in answer.json()
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=clr_")
    for attribute in ("HttpOnly", "SameSite=strict", "Path=/api/auth", "Max-Age=604800"):
        assert attribute in cookie
    assert "Secure" not in cookie


async def test_the_cookie_is_secure_where_the_browser_came_by_https(auth: Service) -> None:
    await auth.register()
    answer = await auth.http.post(LOGIN, json=CREDENTIALS, headers={"X-Forwarded-Proto": "https"})
    assert "; Secure" in answer.headers["set-cookie"]


async def test_a_script_gets_it_in_the_body_only(auth: Service) -> None:
    await auth.register()
    answer = await auth.http.post(LOGIN, json={**CREDENTIALS, "refresh_in": "body"})
    assert answer.json()["refresh_token"].startswith("clr_")
    assert "set-cookie" not in answer.headers


async def test_the_cookie_rotates_at_every_use(auth: Service) -> None:
    await auth.register()
    await auth.http.post(LOGIN, json=CREDENTIALS)
    seen = {auth.http.cookies[COOKIE]}
    for _ in range(3):
        answer = await auth.http.post(REFRESH)
        assert answer.status_code == 200
        assert set(answer.json()) == {"access_token", "token_type", "expires_in", "user"}
        seen.add(auth.http.cookies[COOKIE])
    assert len(seen) == 4


async def test_a_refresh_token_in_the_body_rotates_in_the_body(auth: Service) -> None:
    await auth.register()
    first = (await auth.login())["refresh_token"]
    answer = await auth.refresh(first)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.json()["refresh_token"] not in ("", first)


async def test_using_a_token_again_ends_the_whole_session(auth: Service) -> None:
    await auth.register()
    stolen = (await auth.login())["refresh_token"]
    newest = (await auth.refresh(stolen)).json()["refresh_token"]
    auth.clock.advance(seconds=11)
    assert (await auth.refresh(stolen)).status_code == 401
    assert (await auth.refresh(newest)).status_code == 401


async def test_another_session_of_the_account_goes_on(auth: Service) -> None:
    await auth.register()
    stolen, other = (await auth.login())["refresh_token"], (await auth.login())["refresh_token"]
    await auth.refresh(stolen)
    auth.clock.advance(seconds=11)
    assert (await auth.refresh(stolen)).status_code == 401
    assert (await auth.refresh(other)).status_code == 200


async def test_a_lost_answer_is_given_again_within_the_grace_time(auth: Service) -> None:
    await auth.register()
    first = (await auth.login())["refresh_token"]
    lost = (await auth.refresh(first)).json()["refresh_token"]
    auth.clock.advance(seconds=9)
    second = await auth.refresh(first)
    assert second.status_code == 200
    assert second.json()["refresh_token"] == lost != first
    assert (await auth.refresh(lost)).status_code == 200


async def test_the_grace_time_is_for_the_last_token_only(auth: Service) -> None:
    await auth.register()
    first = (await auth.login())["refresh_token"]
    second = (await auth.refresh(first)).json()["refresh_token"]
    third = (await auth.refresh(second)).json()["refresh_token"]
    assert (await auth.refresh(first)).status_code == 401
    assert (await auth.refresh(third)).status_code == 401


async def test_a_thief_who_is_quick_does_not_live_beside_the_victim(auth: Service) -> None:
    await auth.register()
    first = (await auth.login())["refresh_token"]
    mine = (await auth.refresh(first)).json()["refresh_token"]
    thiefs = (await auth.refresh(first)).json()["refresh_token"]
    assert (await auth.refresh(mine)).status_code == 200
    auth.clock.advance(minutes=14)
    assert (await auth.refresh(thiefs)).status_code == 401


async def test_a_token_used_fifty_times_at_once_has_one_living_successor(
    auth: Service, auth_database: str
) -> None:
    await auth.register()
    first = (await auth.login())["refresh_token"]
    async with running(auth_database, clock=auth.clock) as replica:
        answers = await asyncio.gather(*((auth, replica)[n % 2].refresh(first) for n in range(50)))
    assert [answer.status_code for answer in answers] == [200] * 50
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert len(_rows(auth_database, "SELECT token_hash FROM refresh_tokens")) == 2


async def test_a_successor_lives_as_long_whoever_asks_for_it(auth: Service) -> None:
    await auth.register()
    await auth.http.post(LOGIN, json=CREDENTIALS)
    first = auth.http.cookies[COOKIE]
    rotated = await auth.http.post(REFRESH)
    auth.http.cookies.clear()
    auth.clock.advance(seconds=5)
    again = await auth.http.post(REFRESH, headers={"Cookie": f"{COOKIE}={first}"})
    assert "Max-Age=604800" in rotated.headers["set-cookie"]
    assert "Max-Age=604795" in again.headers["set-cookie"]


async def test_the_refresh_secret_outlives_a_restart_and_goes_with_the_keys(
    auth: Service, auth_database: str
) -> None:
    await auth.register()
    first = (await auth.login())["refresh_token"]
    newest = (await auth.refresh(first)).json()["refresh_token"]
    async with running(auth_database, clock=auth.clock) as again:
        assert (await again.refresh(first)).json()["refresh_token"] == newest
    await auth.dependencies.keys.replace()
    assert (await auth.refresh(first)).status_code == 401
    assert (await auth.refresh(newest)).status_code == 200


@pytest.mark.parametrize(("kind", "wanted"), [("rotating", "plain"), ("plain", "rotating")])
async def test_a_token_of_another_kind_is_refused_and_its_session_goes_on(
    auth: Service, kind: str, wanted: str
) -> None:
    await auth.register()
    token = (await auth.login(session=kind))["refresh_token"]
    body = {"refresh_token": token, "session": wanted}
    refused = await auth.http.post(REFRESH, json=body)
    assert refused.status_code == 401
    assert "/refresh" in refused.json()["detail"]
    auth.clock.advance(minutes=1)
    assert (await auth.http.post(REFRESH, json={**body, "session": kind})).status_code == 200


async def test_without_a_grace_time_any_second_use_ends_the_session(auth_database: str) -> None:
    async with running(auth_database, refresh_grace_seconds=0) as auth:
        await auth.register()
        first = (await auth.login())["refresh_token"]
        newest = (await auth.refresh(first)).json()["refresh_token"]
        auth.clock.advance(milliseconds=1)
        assert (await auth.refresh(first)).status_code == 401
        assert (await auth.refresh(newest)).status_code == 401


async def test_a_token_that_nobody_used_ends_after_seven_days(auth: Service) -> None:
    await auth.register()
    token = (await auth.login())["refresh_token"]
    auth.clock.advance(days=6, hours=23)
    token = (await auth.refresh(token)).json()["refresh_token"]
    auth.clock.advance(days=7, seconds=1)
    assert (await auth.refresh(token)).status_code == 401


async def test_a_session_ends_after_thirty_days_however_often_it_is_used(auth: Service) -> None:
    await auth.register()
    token = (await auth.login())["refresh_token"]
    for _ in range(5):
        auth.clock.advance(days=5, hours=23)
        token = (await auth.refresh(token)).json()["refresh_token"]
    auth.clock.advance(days=1)
    assert (await auth.refresh(token)).status_code == 401


@pytest.mark.parametrize("token", ["clr_unknown", "nonsense", "clp_x", "ä", "x" * 512])
async def test_an_unknown_token_is_refused(auth: Service, token: str) -> None:
    assert (await auth.refresh(token)).status_code == 401


@pytest.mark.parametrize("body", [None, {}, {"refresh_token": None}, {"refresh_token": ""}])
async def test_without_any_token_there_is_nothing_to_refresh(auth: Service, body: object) -> None:
    assert (await auth.http.post(REFRESH, json=body)).status_code == 401


async def test_a_cookie_that_is_worth_nothing_goes(auth: Service) -> None:
    answer = await auth.http.post(REFRESH, headers={"Cookie": f"{COOKIE}=clr_unknown"})
    assert answer.status_code == 401
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_the_plain_interface_keeps_its_refresh_token(auth: Service) -> None:
    await auth.register()
    token = (await auth.login(session="plain"))["refresh_token"]
    for _ in range(3):
        auth.clock.advance(days=2)
        answer = await auth.refresh(token)
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()
        assert answer.json()["access_token"]
    auth.clock.advance(days=1, seconds=1)
    assert (await auth.refresh(token)).status_code == 401


async def test_a_plain_refresh_token_as_bearer_signs_out(auth: Service) -> None:
    await auth.register()
    token = (await auth.login(session="plain", refresh_in="cookie"))["refresh_token"]
    answer = await auth.http.post(LOGOUT, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 204
    assert (await auth.refresh(token)).status_code == 401


async def test_signing_out_by_cookie_ends_the_session_and_the_cookie(auth: Service) -> None:
    await auth.register()
    await auth.http.post(LOGIN, json=CREDENTIALS)
    token = auth.http.cookies[COOKIE]
    answer = await auth.http.post(LOGOUT, headers={"Authorization": "Bearer an.access.token"})
    assert answer.status_code == 204
    assert COOKIE not in auth.http.cookies
    assert (await auth.refresh(token)).status_code == 401


async def test_signing_out_by_body_ends_the_session(auth: Service) -> None:
    await auth.register()
    first = (await auth.login())["refresh_token"]
    second = (await auth.refresh(first)).json()["refresh_token"]
    assert (await auth.http.post(LOGOUT, json={"refresh_token": first})).status_code == 204
    assert (await auth.refresh(second)).status_code == 401


async def test_signing_out_twice_is_no_error_and_an_access_token_cannot(auth: Service) -> None:
    assert (await auth.http.post(LOGOUT)).status_code == 204
    assert (await auth.http.post(LOGOUT, json={"refresh_token": "clr_unknown"})).status_code == 204
    answer = await auth.http.post(LOGOUT, headers={"Authorization": "Bearer an.access.token"})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", [LOGIN, REFRESH, LOGOUT])
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}])
async def test_a_page_of_another_site_can_do_nothing_with_the_cookie(
    auth: Service, path: str, headers: dict[str, str]
) -> None:
    await auth.register()
    await auth.http.post(LOGIN, json=CREDENTIALS)
    body = CREDENTIALS if path == LOGIN else None
    answer = await auth.http.post(path, json=body, headers=headers)
    assert answer.status_code == 403
    assert (await auth.http.post(REFRESH)).status_code == 200


async def test_a_form_of_another_site_cannot_take_the_cookie_out_of_the_browser(auth: Service) -> None:
    # Such a form comes without the cookie, as it is SameSite=Strict, and its answer may still set one.
    answer = await auth.http.post(LOGOUT, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_two_replicas_share_sessions(auth: Service, auth_database: str) -> None:
    await auth.register()
    first = (await auth.login())["refresh_token"]
    async with running(auth_database, clock=auth.clock) as other:
        second = (await other.refresh(first)).json()["refresh_token"]
        assert (await auth.refresh(second)).status_code == 200
        auth.clock.advance(seconds=11)
        assert (await auth.refresh(first)).status_code == 401
        assert (await other.refresh(second)).status_code == 401


async def test_the_database_holds_no_token(auth: Service, auth_database: str) -> None:
    await auth.register()
    token = (await auth.login())["refresh_token"]
    rows = _rows(auth_database, "SELECT * FROM refresh_tokens") + _rows(
        auth_database, "SELECT * FROM accounts"
    )
    assert rows
    assert token not in str(rows)
    assert PASSWORD not in str(rows)


def _rows(url: str, query: str) -> list[tuple[object, ...]]:
    name = httpx.URL(url).path.strip("/")
    with connect(url, name) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
