"""Accounts and tokens through the gateway."""

import asyncio
import secrets

import pytest

from cartload_dev.system_client import SystemClient
from support.client import User
from support.equality import CONTAINER
from support.stores import blob_names
from support.writer_service import root


async def test_me_is_who_signed_in(user: User) -> None:
    assert await user.get("/api/auth/me") == {"id": user.id, "user_name": user.name, "role": "customer"}


async def test_a_taken_name_is_409(user: User) -> None:
    body = {"user_name": user.name, "password": secrets.token_urlsafe(12)}
    assert (await user.call("POST", "/api/auth/register", json=body)).status == 409


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [
        ("ok-name", "short", "password"),
        ("ok-name", "é" * 40, "password"),
        ("", "a good password", "user_name"),
    ],
)
async def test_bad_names_and_passwords_are_422(user: User, name: str, password: str, field: str) -> None:
    answer = await user.call("POST", "/api/auth/register", json={"user_name": name, "password": password})
    assert answer.status == 422
    assert field in {error["field"] for error in answer.body["errors"]}
    assert password not in str(answer.body)


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(user: User) -> None:
    wrong = await user.call(
        "POST", "/api/auth/login", json={"user_name": user.name, "password": "not the password"}
    )
    unknown = await user.call(
        "POST", "/api/auth/login", json={"user_name": "nobody-here", "password": "not the password"}
    )
    assert wrong.status == unknown.status == 401
    assert wrong.body["detail"] == unknown.body["detail"]


async def test_refresh_by_cookie_rotates_and_logout_ends_it(user: User) -> None:
    body = {"user_name": user.name, "password": user.password}
    signed_in = await user.call("POST", "/api/auth/login", json=body)
    assert "refresh_token" not in signed_in.body
    cookie = signed_in.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie.replace("strict", "Strict")
    pair = cookie.partition(";")[0]
    refreshed = await user.call("POST", "/api/auth/refresh", headers={"Cookie": pair})
    assert refreshed.status == 200
    renewed = refreshed.headers["Set-Cookie"].partition(";")[0]
    assert renewed != pair
    assert (await user.call("POST", "/api/auth/logout", headers={"Cookie": renewed})).status == 204
    assert (await user.call("POST", "/api/auth/refresh", headers={"Cookie": renewed})).status == 401


async def test_a_personal_token_works_is_listed_and_revoked(user: User) -> None:
    made = await user.call("POST", "/api/auth/tokens", json={"name": "ci", "expires_in_days": 1})
    assert made.status == 201
    secret = made.body["token"]
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await user.call("GET", "/api/jobs", headers=bearer)).status == 200
    listed = (await user.get("/api/auth/tokens"))["items"]
    assert [token["name"] for token in listed] == ["ci"]
    assert secret not in str(listed)
    assert (await user.call("DELETE", f"/api/auth/tokens/{listed[0]['id']}")).status == 204
    assert (await user.get("/api/auth/tokens"))["items"] == []
    unknown = {"Authorization": "Bearer clp_" + "x" * 40}
    assert (await user.call("GET", "/api/jobs", headers=unknown)).status == 401


async def test_internal_endpoints_are_not_routed(user: User) -> None:
    assert (await user.call("POST", "/internal/tokens/exchange", json={"token": "x"})).status == 404


async def test_the_public_keys_are_there(user: User) -> None:
    keys = (await user.get("/.well-known/jwks.json"))["keys"]
    assert keys
    assert all(key["crv"] == "Ed25519" and "d" not in key for key in keys)


async def test_the_openapi_document_has_every_path_with_typed_errors(user: User) -> None:
    document = await user.get("/openapi.json")
    for path in (
        "/api/auth/register",
        "/api/jobs",
        "/api/jobs/{job_id}/cancel",
        "/api/datasets/{dataset_id}/tables/{table}/rows",
        "/write_to_db",
        "/get_user",
    ):
        assert path in document["paths"], sorted(document["paths"])
    for path, item in document["paths"].items():
        assert not path.startswith("/internal")
        for operation in item.values():
            assert operation["summary"], path
            assert "default" in operation["responses"], path


async def test_of_a_deleted_account_no_job_goes_on_and_no_row_or_file_stays(
    user: User, cartload: SystemClient
) -> None:
    ready = await user.make_dataset(customers=10)
    running = await user.start_job(customers=200_000)
    body = {"password": user.password}
    assert (await user.call("DELETE", "/api/auth/account", json=body)).status == 204
    # The access token lives on for minutes: it sees what has ended, and makes nothing any more.
    assert (await user.call("POST", "/api/jobs", json={"spec": {"customers": 10}})).status == 401
    assert (await user.finish_job(running["id"]))["state"] == "cancelled"
    assert (await user.get("/api/datasets"))["items"] == []
    datasets = [ready["dataset_id"], running["dataset_id"]]
    left = await asyncio.to_thread(_stored, cartload, datasets)
    async with asyncio.timeout(90):
        while left:
            await asyncio.sleep(0.5)
            left = await asyncio.to_thread(_stored, cartload, datasets)


def _stored(system: SystemClient, dataset_ids: list[str]) -> list[str]:
    """What is still stored of these datasets: databases and blobs, by name."""
    ends = system.endpoints
    with root(ends.mysql_root_url) as cursor:
        cursor.execute(
            "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA JOIN cartload_writer.datasets "
            "ON database_name = SCHEMA_NAME WHERE dataset_id IN %s",
            (dataset_ids,),
        )
        databases = [name for (name,) in cursor.fetchall()]
    blobs = [name for one in dataset_ids for name in blob_names(ends.blob_connection_string, CONTAINER, one)]
    return databases + blobs
