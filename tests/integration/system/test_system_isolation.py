"""Another user's things do not exist: by any route of the OpenAPI document, nor by WebSocket.

Each route of the document is asked by a stranger for the ids of an owner. A new route without a rule here
fails the test.
"""

import json
import re
import uuid
from collections.abc import Mapping

import aiohttp
import pytest

from support.client import Answer, User
from support.openapi import OPERATIONS, body_fields, path_parameters, query_fields

OWNED = frozenset({"dataset_id", "job_id", "parent_job_id", "session_id", "shop_id", "stream_id", "token_id"})
"""Parameters of a path that name what somebody owns: a route with one of them is 404 for everybody else."""

OPEN_TO_ALL = frozenset(
    {
        "GET /api/shops/{shop_id}",
        "GET /api/shops/{shop_id}/categories",
        "GET /api/shops/{shop_id}/clock",
        "GET /api/shops/{shop_id}/products",
        "GET /api/shops/{shop_id}/products/{product_id}",
    }
)
"""What a shop in business shows to whoever knows its id; the tests of the service have who may see what."""

OWN_CART = frozenset(operation for operation in OPERATIONS if "/{shop_id}/cart" in operation)
"""The cart of whoever asks, in a shop that is open: nobody names the cart of another."""

FOR_ADMINISTRATORS = frozenset(operation for operation in OPERATIONS if " /api/admin/" in operation)
"""Refused to everybody else, whatever they name."""

BELONGS_TO_THE_CALLER = frozenset(
    {
        "GET /api/auth/me",
        "GET /api/auth/sessions",
        "GET /api/auth/tokens",
        "GET /api/datasets",
        "GET /api/jobs",
        "GET /api/reports",
        "GET /api/shops",
        "GET /api/streams",
        "GET /list_parent_jobs",
        *(operation for operation in OPERATIONS if re.fullmatch(r"GET /get_[a-z_]+", operation)),
    }
)
"""Answers with what the caller has; of a caller who has nothing, with nothing."""

BELONGS_TO_NOBODY = frozenset(
    {
        "DELETE /api/auth/account",
        "DELETE /api/auth/sessions",
        "GET /.well-known/jwks.json",
        "GET /api/spec",
        "POST /api/auth/login",
        "POST /api/auth/logout",
        "POST /api/auth/password",
        "POST /api/auth/refresh",
        "POST /api/auth/register",
        "POST /api/auth/tokens",
        "POST /api/jobs",
        "POST /api/spec/preview",
        "POST /api/shops",
        "POST /api/streams",
        "POST /generate_raw",
        "POST /login",
        "POST /refresh",
        "POST /register",
        "POST /write_to_db",
    }
)
"""Takes no id of anything in its path: gives what all may see, or makes something new for the caller."""

NAMED_ELSEWHERE = frozenset(
    {
        *(f"{call} dataset_id" for call in ("GET /api/jobs", "POST /api/jobs", "POST /api/shops")),
        *(f"{call} dataset_id" for call in ("GET /api/streams", "POST /api/streams")),
    }
)
"""Ids in a query or a body; each has a test of its own below."""

PLAIN_TABLE = {"table": "user"}
BODIES = {
    "PATCH /api/streams/{stream_id}": {"speed": 60},
    "PUT /api/shops/{shop_id}/clock": {"mode": "running"},
    "POST /api/shops/{shop_id}/products/{product_id}/disable": {"reason": "a recall"},
    "POST /api/shops/{shop_id}/skus/{sku_id}/stock": {"change_type": "restock", "quantity": 1},
}
"""A good body, where one is needed before it is looked at whose the thing is."""

ENDS = (
    "DELETE /api/shops/{shop_id}",
    "DELETE /api/streams/{stream_id}",
    "DELETE /api/datasets/{dataset_id}",
)
"""The owner's own calls of these come last: afterwards there is nothing left to ask for."""


def ids_in_path(operation: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", operation))


def of_owners() -> list[str]:
    """The routes whose path names what somebody owns, but for those of administrators."""
    owned = {operation for operation in OPERATIONS if ids_in_path(operation) & OWNED}
    return sorted(owned - FOR_ADMINISTRATORS - OPEN_TO_ALL - OWN_CART)


def test_every_route_has_one_rule() -> None:
    rules = [
        *of_owners(),
        *OPEN_TO_ALL,
        *OWN_CART,
        *FOR_ADMINISTRATORS,
        *BELONGS_TO_THE_CALLER,
        *BELONGS_TO_NOBODY,
    ]
    assert sorted(rules) == sorted(OPERATIONS)


def test_every_id_in_a_query_or_a_body_has_a_test() -> None:
    found = {
        f"{name} {field}"
        for name in OPERATIONS
        for field in (*query_fields(name), *body_fields(name))
        if field.endswith("_id") and name not in OWN_CART
    }
    assert found == NAMED_ELSEWHERE


@pytest.fixture
async def owned(user: User) -> dict[str, str]:
    """What a stranger writes into a path: ids of things that the user has."""
    return await path_parameters(user)


async def ask(user: User, operation: str, parameters: Mapping[str, str]) -> Answer:
    method, path = operation.split()
    plain = PLAIN_TABLE if "{parent_job_id}" in path else {}
    body = {"json": BODIES[operation]} if operation in BODIES else {}
    return await user.call(method, path.format_map({**parameters, **plain}), **body)


def essence(answer: Answer) -> str:
    """An answer without what differs between any two questions."""
    text = json.dumps({**answer.body, "request_id": ""})
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", text)


async def test_what_belongs_to_another_is_answered_as_what_does_not_exist(
    user: User, stranger: User, owned: dict[str, str]
) -> None:
    absent = owned | {name: str(uuid.uuid4()) for name in OWNED}
    operations = of_owners()
    for operation in operations:
        theirs, nobodys = await ask(stranger, operation, owned), await ask(stranger, operation, absent)
        assert theirs.status == 404, operation
        assert theirs.headers["Content-Type"] == "application/problem+json", operation
        assert essence(theirs) == essence(nobodys), operation
    # The same questions find what they name when its owner asks: nothing was changed, and no path is wrong.
    for operation in sorted(operations, key=lambda one: (one in ENDS, one in ENDS and ENDS.index(one), one)):
        answer = await ask(user, operation, owned)
        assert answer.status in (200, 201, 202, 204, 409), (operation, answer.status)


async def test_what_is_for_administrators_is_refused_to_others(stranger: User, owned: dict[str, str]) -> None:
    for operation in sorted(FOR_ADMINISTRATORS):
        assert (await ask(stranger, operation, owned)).status == 403, operation


async def test_without_a_token_nobody_is_told_anything(stranger: User, owned: dict[str, str]) -> None:
    stranger.token = ""
    for operation, description in OPERATIONS.items():
        if {} not in description.get("security", [{}]):
            assert (await ask(stranger, operation, owned)).status == 401, operation


async def test_a_list_holds_nothing_of_another(stranger: User, owned: dict[str, str]) -> None:
    for operation in sorted(BELONGS_TO_THE_CALLER):
        answer = await ask(stranger, operation, owned)
        shown = json.dumps(answer.body)
        assert answer.status == (404 if "/get_" in operation else 200), operation
        assert not [name for name in OWNED if owned[name] in shown], operation


async def test_a_dataset_of_another_is_found_by_no_query_and_no_body(
    user: User, stranger: User, owned: dict[str, str]
) -> None:
    query = f"/api/jobs?dataset_id={owned['dataset_id']}"
    assert (await stranger.get(query))["items"] == []
    assert [job["id"] for job in (await user.get(query))["items"]] == [owned["job_id"]]
    query = f"/api/streams?dataset_id={owned['dataset_id']}"
    assert (await stranger.get(query))["items"] == []
    assert [stream["id"] for stream in (await user.get(query))["items"]] == [owned["stream_id"]]
    wish = {"dataset_id": owned["dataset_id"]}
    assert (await stranger.call("POST", "/api/streams", json=wish)).status == 404
    assert (await user.call("POST", "/api/streams", json=wish)).status == 409
    assert (await stranger.call("POST", "/api/shops", json=wish)).status == 404
    assert (await user.call("POST", "/api/shops", json=wish)).status == 202
    body = {**wish, "customers": 5}
    assert (await stranger.call("POST", "/api/jobs", json=body)).status == 404
    assert (await user.call("POST", "/api/jobs", json=body)).status == 202


async def test_a_cart_holds_nothing_of_another(user: User, stranger: User, owned: dict[str, str]) -> None:
    path = f"/api/shops/{owned['shop_id']}/cart"
    body = {"sku_id": owned["sku_id"], "quantity": 1}
    stock = {"change_type": "restock", "quantity": 5}
    await user.call("POST", f"/api/shops/{owned['shop_id']}/skus/{owned['sku_id']}/stock", json=stock)
    mine = (await user.call("POST", f"{path}/items", json=body)).body
    assert (await stranger.get(path))["items"] == []
    line = f"{path}/items/{owned['sku_id']}"
    assert (await stranger.call("DELETE", line)).status == 404
    assert (await stranger.call("PUT", line, json={"quantity": 3})).status == 404
    assert (await user.get(path))["items"] == mine["items"] != []


async def test_another_users_events_are_never_seen(user: User, stranger: User) -> None:
    async with stranger.http.ws_connect("/ws/jobs") as socket:
        await socket.send_json({"type": "authenticate", "token": stranger.token})
        assert (await socket.receive_json(timeout=5)) == {"type": "ready"}
        theirs = await user.make_dataset(customers=10)
        own = await stranger.make_dataset(customers=10)
        seen = set()
        while own["id"] not in seen:
            message = await socket.receive(timeout=10)
            assert message.type == aiohttp.WSMsgType.TEXT
            event = json.loads(message.data)
            if event["type"] == "job":
                seen.add(event["job"]["id"])
    assert theirs["id"] not in seen
