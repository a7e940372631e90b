"""Naughty texts in every place of the documented operations that takes one."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from support.client import User
from support.naughty_strings import NAUGHTY
from support.openapi import OPERATIONS, path_parameters

PASSWORDS = frozenset(
    {
        "DELETE /api/auth/account",
        "POST /api/auth/login",
        "POST /api/auth/password",
        "POST /api/auth/register",
        "POST /login",
        "POST /register",
    }
)
"""Each costs a quarter of a CPU second, so `test_auth_naughty_strings.py` tries them with cheap hashes."""

AT_ONCE = 2
"""As many as one user may have previews at the same time."""


@dataclass(frozen=True)
class Attempt:
    """A request with one naughty text in it."""

    method: str
    path: str
    place: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


async def try_all(user: User, base_url: str, *, every: int = 1) -> list[str]:
    """What is wrong with the answers. Each place gets every `every`-th text, and the next place others."""
    known = await path_parameters(user)
    made = list(attempts(known, await bodies(user, known), every))
    slots = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:

        async def tried(attempt: Attempt) -> str | None:
            # Sent as it is written: a client would take the dots out of a path.
            url = URL(base_url + attempt.path, encoded=True)
            headers = {"Authorization": f"Bearer {user.token}", **attempt.headers}
            async with (
                slots,
                http.request(attempt.method, url, json=attempt.body, headers=headers) as answer,
            ):
                wrong = _wrong(answer.status, answer.content_type, await answer.read())
            return wrong and f"{attempt.method} {attempt.path[:200]} {attempt.place}: {wrong}"

        complaints = await asyncio.gather(*map(tried, made))
    return [complaint for complaint in complaints if complaint]


def _wrong(status: int, kind: str, content: bytes) -> str | None:
    if status >= 500 or status == 429:
        return f"{status} {content[:500]!r}"
    if status >= 400:
        if kind != "application/problem+json":
            return f"{status} {kind}"
        problem = json.loads(content)
        if problem["status"] != status or not problem["detail"]:
            return f"{status} {problem}"
    return None


async def bodies(user: User, known: Mapping[str, str]) -> dict[str, Any]:
    """A body for each operation that takes texts in one: good, but for the text that is replaced."""
    spec = (await user.get(f"/api/datasets/{known['dataset_id']}"))["spec"]
    return {
        "PATCH /api/admin/users/{user_id}": {"role": "customer"},
        "POST /api/auth/logout": {"refresh_token": "clr_unknown"},
        "POST /api/auth/refresh": {"refresh_token": "clr_unknown", "session": "plain"},
        "POST /api/auth/tokens": {"name": "a token"},
        "PATCH /api/streams/{stream_id}": {"speed": "max"},
        "POST /api/streams": {
            "dataset_id": known["job_id"],
            "topics": ["ecommerce-orders"],
            **dict.fromkeys(("from", "until", "live_from"), "2025-01-01T00:00:00Z"),
            "speed": "max",
        },
        "POST /api/jobs": {"dataset_id": known["job_id"], "customers": 1},
        "POST /api/shops": {"dataset_id": known["job_id"], "name": "a shop"},
        "PUT /api/shops/{shop_id}/clock": {"mode": "running", "speed": 1},
        "POST /api/shops/{shop_id}/skus/{sku_id}/stock": {
            "change_type": "restock",
            "quantity": 1,
            "reason": "a delivery",
        },
        "POST /api/shops/{shop_id}/products/{product_id}/disable": {"reason": "a recall"},
        "POST /api/shops/{shop_id}/cart/items": {"sku_id": known["sku_id"], "quantity": 1},
        "PUT /api/shops/{shop_id}/cart/items/{sku_id}": {"quantity": 1},
        "POST /api/shops/{shop_id}/cart/merge": {"cart_token": "x" * 43},
        "POST /api/spec/preview": {"spec": spec, "rows": 1},
        "POST /generate_raw": {"dataCount": "10"},
        "POST /write_to_db": {"dataCount": "10"},
    }


def attempts(known: Mapping[str, str], good: Mapping[str, Any], every: int) -> Iterator[Attempt]:
    """Each place of each operation, with the texts that are its turn."""
    turn = count()

    def texts() -> tuple[str, ...]:
        return NAUGHTY[next(turn) % every :: every]

    for operation in sorted(OPERATIONS.keys() - PASSWORDS):
        method, template = operation.split()
        path = template.format_map(known)
        for name in re.findall(r"{(\w+)}", template):
            for text in texts():
                written = template.format_map({**known, name: quote(text, safe="")})
                yield Attempt(method, written, name)
        for name in _named(operation, "query"):
            for text in texts():
                yield Attempt(method, f"{path}?{name}={quote(text, safe='')}", name)
        for name in _named(operation, "header"):
            # The others are no header's value: HTTP clients refuse to send them.
            for text in filter(_fits_a_header, texts()):
                yield Attempt(method, path, name, {name: text}, good.get(operation))
        for way in _ways(good.get(operation)):
            for text in texts():
                yield Attempt(method, path, str(way), body=_replaced(good[operation], way, text))


def _named(operation: str, kind: str) -> list[str]:
    """The parameters of a kind that take a text; a number is tried by Schemathesis."""
    return [
        parameter["name"]
        for parameter in OPERATIONS[operation].get("parameters", [])
        if parameter["in"] == kind and parameter["schema"].get("type") != "integer"
    ]


def _fits_a_header(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all texts in a value of JSON."""
    if isinstance(value, str):
        yield way
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _ways(child, (*way, name))
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from _ways(child, (*way, index))


def _replaced(value: Any, way: tuple[Any, ...], text: str) -> Any:
    """The value with a text in place of what is there."""
    if not way:
        return text
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = _replaced(value[way[0]], way[1:], text)
    return copy
