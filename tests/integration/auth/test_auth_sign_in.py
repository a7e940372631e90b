"""Accounts, sign-in and what holds guessers back."""

import asyncio

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import event, func, select

from cartload_auth.repository import known_addresses, models
from support.auth_service import PASSWORD, Service, running

LOGIN, REGISTER, ME = "/api/auth/login", "/api/auth/register", "/api/auth/me"


async def try_login(
    client: httpx.AsyncClient, user_name: str = "ada", password: str = "wrong password"
) -> httpx.Response:
    body = {"user_name": user_name, "password": password, "refresh_in": "body"}
    return await client.post(LOGIN, json=body)


async def test_an_account_is_made_and_signs_in(auth: Service) -> None:
    made = await auth.http.post(REGISTER, json={"user_name": "Ada", "password": PASSWORD})
    assert made.status_code == 201
    user = made.json()
    assert (user["user_name"], user["role"]) == ("Ada", "customer")
    signed_in = await auth.login("ada")
    assert signed_in["user"] == user
    assert (signed_in["token_type"], signed_in["expires_in"]) == ("Bearer", 900)
    me = await auth.http.get(ME, headers={"Authorization": f"Bearer {signed_in['access_token']}"})
    assert (me.status_code, me.json()) == (200, user)
    assert me.headers["cache-control"] == "no-store"


async def test_no_answer_may_be_kept_whatever_it_says(auth: Service) -> None:
    headers = await auth.signed_up()
    answers = [
        await try_login(auth.http),
        await try_login(auth.http, password=PASSWORD),
        await auth.http.post(LOGIN, json={}),
        await auth.http.post(REGISTER, json={"user_name": "ada", "password": PASSWORD}),
        await auth.http.get(ME, headers=headers),
        await auth.http.get(ME),
        await auth.http.get("/api/auth/tokens", headers=headers),
        await auth.http.post("/api/auth/logout"),
        await auth.http.post("/internal/tokens/exchange", json={"token": "clp_unknown"}),
    ]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


async def test_a_name_is_taken_in_any_case_of_letters(auth: Service) -> None:
    await auth.register("Ada")
    again = await auth.http.post(REGISTER, json={"user_name": "aDA", "password": PASSWORD})
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"


async def test_of_two_that_register_one_name_at_once_one_wins(auth: Service) -> None:
    body = {"user_name": "ada", "password": PASSWORD}
    answers = await asyncio.gather(*(auth.http.post(REGISTER, json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"user_name": "a", "password": PASSWORD}, "user_name"),
        ({"user_name": "ada", "password": "short"}, "password"),
        ({"user_name": "ada.lovelace", "password": "Ada.Lovelace"}, "password"),
        ({"user_name": "ada", "password": "password"}, "password"),
        ({"user_name": "ada", "password": "äö" * 20}, "password"),
        ({"user_name": "ada"}, "password"),
        ({"user_name": 7, "password": PASSWORD}, "user_name"),
        ({"user_name": "ada", "password": PASSWORD, "role": "admin"}, "role"),
    ],
)
async def test_a_wrong_registration_names_the_field_and_hides_the_password(
    auth: Service, body: dict[str, object], field: str
) -> None:
    answer = await auth.http.post(REGISTER, json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert all("value" not in error for error in answer.json()["errors"] if error["field"] == "password")


async def test_closed_registration_makes_no_accounts(auth_database: str) -> None:
    async with running(auth_database, registration="closed") as auth:
        answer = await auth.http.post(REGISTER, json={"user_name": "ada", "password": PASSWORD})
        assert answer.status_code == 403


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
async def test_a_form_of_another_site_cannot_sign_in(auth: Service, kind: str) -> None:
    await auth.register()
    body = f'{{"user_name":"ada","password":"{PASSWORD}"}}'
    answer = await auth.http.post(LOGIN, content=body, headers={"Content-Type": kind})
    assert answer.status_code in (415, 422)
    assert "set-cookie" not in answer.headers


async def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(auth: Service) -> None:
    await auth.register()
    known, unknown = await try_login(auth.http), await try_login(auth.http, "nobody")
    for answer in (known, unknown):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    kept = {"type", "title", "status", "detail", "instance"}
    assert {name: known.json()[name] for name in kept} == {name: unknown.json()[name] for name in kept}


@pytest.mark.parametrize(("path", "more"), [(LOGIN, {}), ("/api/auth/password", {"new_password": PASSWORD})])
async def test_an_unknown_user_costs_the_database_what_a_wrong_password_does(
    auth: Service, path: str, more: dict[str, str]
) -> None:
    await auth.register()
    statements: list[str] = []

    def note(*execution: object) -> None:
        statements.append(str(execution[2]))

    event.listen(auth.dependencies.engine.sync_engine, "before_cursor_execute", note)
    costs = []
    for name in ("ada", "nobody"):
        statements.clear()
        body = {"user_name": name, "password": "wrong password", **more}
        assert (await auth.http.post(path, json=body)).status_code == 401
        costs.append(list(statements))
    known, unknown = costs
    assert len(known) > 3
    assert known == unknown


@pytest.mark.parametrize("name", ["", "ädä", "a" * 200, "' OR 1=1 -- ", "ada\x00"])
async def test_whatever_is_typed_as_a_name_is_merely_wrong(auth: Service, name: str) -> None:
    await auth.register()
    assert (await try_login(auth.http, name, PASSWORD)).status_code == 401


async def test_guessing_one_account_from_one_address_is_slowed_down(auth: Service) -> None:
    await auth.register()
    for _ in range(10):
        assert (await try_login(auth.http)).status_code == 401
    refused = await try_login(auth.http, password=PASSWORD)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    async with auth.browser("198.51.100.9") as elsewhere:
        assert (await try_login(elsewhere, password=PASSWORD)).status_code == 200
    auth.clock.advance(seconds=int(refused.headers["retry-after"]))
    assert (await try_login(auth.http, password=PASSWORD)).status_code == 200


async def test_refused_attempts_do_not_make_the_wait_longer(auth: Service) -> None:
    await auth.register()
    for _ in range(10):
        await try_login(auth.http)
    waits = [int((await try_login(auth.http)).headers["retry-after"]) for _ in range(5)]
    assert waits == [waits[0]] * 5


async def test_guesses_side_by_side_count_as_many(auth: Service) -> None:
    await auth.register()
    answers = await asyncio.gather(*(try_login(auth.http) for _ in range(18)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == 10
    assert statuses.count(429) == 8


async def test_no_spelling_of_a_name_is_counted_apart(auth: Service) -> None:
    await auth.register()
    spellings = ["ada", "Ada", "ADA", "ada ", " ada", "ada   ", "aDa\t", "\nada", "ADA \u00a0", "ada\u2003"]
    statuses = [(await try_login(auth.http, name)).status_code for name in [*spellings, *spellings]]
    assert statuses == [401] * 10 + [429] * 10


@pytest.mark.parametrize("at_once", [1, 40])
async def test_right_passwords_cost_nothing_also_at_once(auth: Service, at_once: int) -> None:
    await auth.register()
    for _ in range(40 // at_once):
        answers = await asyncio.gather(
            *(try_login(auth.http, password=PASSWORD) for _ in range(at_once)),
        )
        assert {answer.status_code for answer in answers} == {200}


async def test_one_account_guessed_from_many_addresses_is_slowed_down(auth_database: str) -> None:
    async with running(auth_database, login_attempts=2, login_attempts_account=3) as auth:
        await auth.register()
        statuses = []
        for number in range(5):
            async with auth.browser(f"198.51.100.{number}") as client:
                statuses.append((await try_login(client)).status_code)
        assert statuses == [401, 401, 401, 429, 429]
        async with auth.browser("203.0.113.1") as stranger:
            assert (await try_login(stranger, password=PASSWORD)).status_code == 429
            auth.clock.advance(seconds=5)
            assert (await try_login(stranger, password=PASSWORD)).status_code == 200


async def test_who_signed_in_from_an_address_before_is_not_refused_for_guesses_of_others(
    auth_database: str,
) -> None:
    async with running(
        auth_database, login_attempts=2, login_attempts_account=3, login_attempts_address=3
    ) as auth:
        await auth.register()
        async with auth.browser("203.0.113.1") as owner:
            assert (await try_login(owner, password=PASSWORD)).status_code == 200
            for number in range(4):  # strangers guess this account from elsewhere
                async with auth.browser(f"198.51.100.{number}") as client:
                    await try_login(client)
            for number in range(4):  # and others from the owner's address, such as an office's
                await try_login(owner, f"other{number}")
            for _ in range(5):
                assert (await try_login(owner, password=PASSWORD)).status_code == 200
            statuses = [(await try_login(owner)).status_code for _ in range(3)]
            assert statuses == [401, 401, 429]


async def test_a_changed_password_makes_the_addresses_of_the_old_one_strange(auth_database: str) -> None:
    async with running(auth_database, login_attempts=2, login_attempts_account=2) as auth:
        await auth.register()
        async with auth.browser("203.0.113.1") as thief, auth.browser("203.0.113.2") as owner:
            assert (await try_login(thief, password=PASSWORD)).status_code == 200
            body = {"user_name": "ada", "password": PASSWORD, "new_password": "battery horse"}
            assert (await owner.post("/api/auth/password", json=body)).status_code == 204
            for number in range(2):
                async with auth.browser(f"198.51.100.{number}") as client:
                    assert (await try_login(client)).status_code == 401
            assert (await try_login(thief)).status_code == 429
            assert (await try_login(owner, password="battery horse")).status_code == 200


async def test_the_addresses_known_of_an_account_are_bounded(auth: Service) -> None:
    await auth.register()
    for number in range(known_addresses.MOST_KNOWN + 2):
        auth.clock.advance(seconds=1)
        async with auth.browser(f"198.51.100.{number}") as client:
            assert (await try_login(client, password=PASSWORD)).status_code == 200
    async with auth.dependencies.engine.connect() as connection:
        count = select(func.count()).select_from(models.known_addresses)
        assert (await connection.execute(count)).scalar_one() == known_addresses.MOST_KNOWN


async def test_many_accounts_guessed_from_one_address_are_slowed_down(auth_database: str) -> None:
    async with running(auth_database, login_attempts_address=3) as auth:
        statuses = [(await try_login(auth.http, f"user{number}")).status_code for number in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        async with auth.browser("2001:db8:1:2::1") as first, auth.browser("2001:db8:1:2::2") as neighbour:
            for number in range(3):
                await try_login(first, f"other{number}")
            assert (await try_login(neighbour, "yet-another")).status_code == 429


def throttled_logins() -> float:
    return REGISTRY.get_sample_value("cartload_auth_logins_total", {"outcome": "throttled"}) or 0.0


async def test_registrations_from_one_address_are_slowed_down(auth_database: str) -> None:
    before = throttled_logins()
    async with running(auth_database, registrations_address=2) as auth:
        bodies = [{"user_name": f"user{number}", "password": PASSWORD} for number in range(3)]
        statuses = [(await auth.http.post(REGISTER, json=body)).status_code for body in bodies]
        assert statuses == [201, 201, 429]
        assert throttled_logins() == before


async def test_nobody_can_ask_for_taken_names_without_end(auth_database: str) -> None:
    async with running(auth_database, registrations_address=3) as auth:
        await auth.register()
        body = {"user_name": "ada", "password": PASSWORD}
        statuses = [(await auth.http.post(REGISTER, json=body)).status_code for _ in range(4)]
        assert statuses == [409, 409, 429, 429]


async def test_when_too_many_wait_for_a_password_the_rest_is_told_to_come_back(auth_database: str) -> None:
    async with running(auth_database, cost=9, password_workers=1, password_queue=0) as auth:
        await auth.register()
        answers = await asyncio.gather(*(try_login(auth.http) for _ in range(8)))
        busy = [answer for answer in answers if answer.status_code == 503]
        assert busy
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in busy)
        assert {answer.status_code for answer in answers} == {401, 503}
        wrong = len(answers) - len(busy)
        for _ in range(10 - wrong):
            assert (await try_login(auth.http)).status_code == 401
        assert (await try_login(auth.http)).status_code == 429


async def test_a_changed_password_ends_every_session(auth: Service) -> None:
    await auth.register()
    before = await auth.login()
    body = {"user_name": "ada", "password": PASSWORD, "new_password": "battery horse"}
    assert (await auth.http.post("/api/auth/password", json=body)).status_code == 204
    assert (await auth.refresh(before["refresh_token"])).status_code == 401
    assert (await try_login(auth.http, password=PASSWORD)).status_code == 401
    assert (await try_login(auth.http, password="battery horse")).status_code == 200
    assert (await auth.http.post("/api/auth/password", json=body)).status_code == 401


@pytest.mark.parametrize(("wish", "status"), [({}, 401), ({"personal_tokens": "keep"}, 200)])
async def test_a_changed_password_revokes_personal_tokens_unless_told_to_keep_them(
    auth: Service, wish: dict[str, str], status: int
) -> None:
    headers = await auth.signed_up()
    made = await auth.http.post("/api/auth/tokens", json={"name": "nightly"}, headers=headers)
    body = {"user_name": "ada", "password": PASSWORD, "new_password": "battery horse", **wish}
    assert (await auth.http.post("/api/auth/password", json=body)).status_code == 204
    exchange = {"token": made.json()["token"]}
    assert (await auth.http.post("/internal/tokens/exchange", json=exchange)).status_code == status


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_me_needs_an_access_token(auth: Service, token: str) -> None:
    answer = await auth.http.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_a_refresh_token_is_no_access_token(auth: Service) -> None:
    await auth.register()
    token = (await auth.login())["refresh_token"]
    answer = await auth.http.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_an_access_token_ends_after_fifteen_minutes(auth: Service) -> None:
    headers = await auth.signed_up()
    auth.clock.advance(minutes=14)
    assert (await auth.http.get(ME, headers=headers)).status_code == 200
    auth.clock.advance(minutes=2)
    assert (await auth.http.get(ME, headers=headers)).status_code == 401
