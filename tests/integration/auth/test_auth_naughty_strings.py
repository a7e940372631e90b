"""Naughty texts where a password is hashed or verified: as cheaply as bcrypt can."""

import pytest

from support.auth_service import PASSWORD, Service, running
from support.naughty_strings import NAUGHTY

GOOD = {"user_name": "somebody", "password": PASSWORD}
BODIES = {
    "/api/auth/login": GOOD,
    "/api/auth/register": GOOD,
    "/api/auth/password": {**GOOD, "new_password": "battery horse"},
}


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, body in BODIES.items() for field in body]
)
async def test_no_text_breaks_anything(auth_database: str, path: str, field: str) -> None:
    async with running(
        auth_database, login_attempts=1000, login_attempts_address=1000, registrations_address=1000
    ) as auth:
        wrong = []
        for text in NAUGHTY:
            answer = await auth.http.post(path, json={**BODIES[path], field: text})
            if answer.status_code not in (201, 401, 409, 422):
                wrong.append((text, answer.status_code))
        assert wrong == []


async def test_no_text_deletes_an_account(auth_database: str) -> None:
    async with running(auth_database, login_attempts=1000, login_attempts_address=1000) as auth:
        await auth.register("somebody")
        headers = {"Authorization": f"Bearer {(await auth.login('somebody'))['access_token']}"}
        answers = [
            (
                await auth.http.request(
                    "DELETE", "/api/auth/account", json={"password": text}, headers=headers
                )
            ).status_code
            for text in NAUGHTY
        ]
    assert set(answers) == {422}


@pytest.mark.parametrize("password", [text for text in NAUGHTY if 8 <= len(text) <= 64], ids=ascii)
async def test_a_password_that_was_taken_signs_in_and_no_other_does(auth: Service, password: str) -> None:
    body = {"user_name": "somebody", "password": password}
    made = await auth.http.post("/api/auth/register", json=body)
    signed_in = await auth.http.post("/api/auth/login", json=body)
    other = await auth.http.post("/api/auth/login", json={**body, "password": password + " "})
    assert (made.status_code, signed_in.status_code) in {(201, 200), (422, 401)}
    assert other.status_code == 401
