"""The public routes, as the OpenAPI document in docs/ has them: what tests by generation go through."""

import json
from collections.abc import Iterator
from typing import Any

from cartload_dev.paths import checkout
from support.client import User

_DOCUMENT = json.loads((checkout() / "docs/openapi.json").read_text())

OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, item in _DOCUMENT["paths"].items()
    for method, operation in item.items()
}
"""Each operation by method and path, such as `GET /api/jobs/{job_id}`."""


async def path_parameters(user: User) -> dict[str, str]:
    """What to write for each parameter of a path: ids of things that the user gets here."""
    job = await user.make_dataset(customers=10)
    files = await user.get(f"/api/datasets/{job['dataset_id']}/files")
    [part] = [file["name"] for file in files["items"] if file["table"] == "users"]
    token = await user.call("POST", "/api/auth/tokens", json={"name": "one of the user"})
    again = {"user_name": user.name, "password": user.password, "refresh_in": "body"}
    await user.call("POST", "/api/auth/login", json=again)
    sessions = (await user.get("/api/auth/sessions"))["items"]
    body = {"dataset_id": job["dataset_id"], "own_topics": True}
    stream = (await user.call("POST", "/api/streams", json=body)).body
    # So that it does not keep a player from others.
    await user.call("POST", f"/api/streams/{stream['id']}/pause")
    shop = await user.open_shop(job["dataset_id"])
    [product, *_] = (await user.get(f"/api/shops/{shop['id']}/products"))["items"]
    return {
        "shop_id": shop["id"],
        "product_id": product["id"],
        "sku_id": product["skus"][0]["id"],
        "dataset_id": job["dataset_id"],
        "stream_id": stream["id"],
        "job_id": job["id"],
        "parent_job_id": job["id"],
        "token_id": token.body["id"],
        "session_id": next(one["id"] for one in sessions if not one["current"]),
        # Of the whole system, and only for administrators: any id will do.
        "letter_id": job["id"],
        "user_id": user.id,
        "table": "users",
        "part": part,
    }


def query_fields(operation: str) -> list[str]:
    """The names of the query parameters that an operation takes."""
    return [one["name"] for one in OPERATIONS[operation].get("parameters", []) if one["in"] == "query"]


def body_fields(operation: str) -> set[str]:
    """The names of all fields that its body may have, at any depth."""
    return set(_fields(OPERATIONS[operation].get("requestBody", {}), set()))


def _fields(node: Any, seen: set[str]) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _fields(item, seen)
    if not isinstance(node, dict):
        return
    yield from node.get("properties", {})
    for item in node.values():
        yield from _fields(item, seen)
    name = str(node.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        seen.add(name)
        yield from _fields(_DOCUMENT["components"]["schemas"][name], seen)
