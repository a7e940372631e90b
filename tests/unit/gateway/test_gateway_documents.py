"""The merged OpenAPI document is read from the services when it is asked for, and kept for a minute."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import Response

from cartload_gateway.adapters.openapi_documents import KEEP_SECONDS, MergedDocument
from cartload_gateway.adapters.upstreams import Upstreams, open_upstreams
from cartload_gateway.domain.openapi import merge
from cartload_kit.errors import Problem
from support.serving import served

from .fake_services import FakeServices

EMPTY = {"openapi": "3.1.0", "paths": {}}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def services() -> FakeServices:
    """Services that have nothing to describe."""
    found = FakeServices({})
    found.answer("GET /openapi.json", EMPTY)
    return found


@pytest.fixture
async def upstreams(services: FakeServices) -> AsyncIterator[Upstreams]:
    """One service, asked by a pool of its own."""
    async with served(services.app()) as url, open_upstreams({"auth": url}, {"auth": 20}, 5) as found:
        yield found


async def test_who_asks_at_the_same_time_has_it_read_once(
    upstreams: Upstreams, services: FakeServices
) -> None:
    document = MergedDocument(upstreams, EMPTY, clock=Clock())
    found = await asyncio.gather(*(document.read() for _ in range(10)))
    assert all(one == found[0] for one in found)
    assert len(services.calls("GET /openapi.json")) == 1


async def test_it_is_read_again_after_a_minute(upstreams: Upstreams, services: FakeServices) -> None:
    clock = Clock()
    document = MergedDocument(upstreams, EMPTY, clock=clock)
    for seconds, asked in ((0, 1), (KEEP_SECONDS, 1), (1, 2), (KEEP_SECONDS, 2)):
        clock.now += seconds
        await document.read()
        assert len(services.calls("GET /openapi.json")) == asked


@pytest.mark.parametrize(
    "answer", [Response("{", 200, media_type="application/json"), Response("<p>", 200), Response("", 500)]
)
async def test_a_part_that_makes_no_sense_is_503_and_not_kept(
    upstreams: Upstreams, services: FakeServices, answer: Response
) -> None:
    document = MergedDocument(upstreams, EMPTY, clock=Clock())
    services.answers["GET /openapi.json"] = lambda _: answer
    with pytest.raises(Problem) as caught:
        await document.read()
    assert caught.value.status == 503
    services.answer("GET /openapi.json", EMPTY)
    assert (await document.read())["paths"] == {}


def with_schemas(path: str, **schemas: Any) -> dict[str, Any]:
    return {"paths": {path: {"get": {"$ref": ref("List")}}}, "components": {"schemas": schemas}}


def ref(name: str) -> str:
    return f"#/components/schemas/{name}"


def test_schemas_that_read_the_same_and_refer_to_different_ones_are_kept_apart() -> None:
    lists = {
        "List": {"properties": {"pages": {"anyOf": [{"$ref": ref("Page")}, {"type": "null"}]}}},
        "Page": {"items": {"$ref": ref("Item")}},
    }
    merged = merge(
        EMPTY,
        {
            "auth": with_schemas("/api/auth/me", **lists, Item={"type": "string"}),
            "writer": with_schemas("/api/datasets/{id}/files", **lists, Item={"type": "integer"}),
        },
    )
    schemas = merged["components"]["schemas"]
    kinds = {}
    for path in ("/api/auth/me", "/api/datasets/{id}/files"):
        wanted = merged["paths"][path]["get"]["$ref"]
        inner = schemas[wanted.rpartition("/")[2]]["properties"]["pages"]["anyOf"][0]["$ref"]
        item = schemas[inner.rpartition("/")[2]]["items"]["$ref"]
        kinds[path] = schemas[item.rpartition("/")[2]]["type"]
    assert kinds == {"/api/auth/me": "string", "/api/datasets/{id}/files": "integer"}


def test_a_schema_that_refers_to_itself_is_kept_once() -> None:
    tree = {"properties": {"children": {"items": {"$ref": ref("Tree")}}}}
    document = {"paths": {}, "components": {"schemas": {"Tree": tree}}}
    assert set(merge(EMPTY, {"auth": document, "writer": document})["components"]["schemas"]) == {"Tree"}
