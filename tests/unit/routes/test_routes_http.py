"""What HTTP asks of every route of every service; no server behind any of them is needed to see it."""

from typing import Any

import httpx
import pytest

from cartload_kit.errors import Unauthorized

from .apps import APPS, DOCUMENTS

OPERATIONS = [
    (service, method, path, operation)
    for service, document in DOCUMENTS.items()
    for path, item in document["paths"].items()
    for method, operation in item.items()
]
PATHS = sorted({(service, path) for service, _, path, _ in OPERATIONS})
CHECKS_ITS_OWN_QUERY = ("/tables/{table}/rows", "/tables/{table}/export")
"""Here columns are parameters too; the writer's own tests have them."""
PUBLIC = (
    "/.well-known/jwks.json",
    "/api/shops/{shop_id}/products",
    "/api/shops/{shop_id}/products/{product_id}",
    "/api/shops/{shop_id}/categories",
    "/api/shops/{shop_id}/cart",
)
"""Open to whoever has not signed in; their answers are in a database: with the tests of the real service."""


class NobodySignedIn:
    """Refuses every token."""

    async def verify(self, token: str) -> Any:
        """Refuse it."""
        raise Unauthorized


for one in APPS.values():
    one.state.verifier = NobodySignedIn()
    one.state.parts = one.state.services = one.state.ports = None
    one.state.open_services = NobodySignedIn().verify


def filled(path: str) -> str:
    """The path with something in its parameters."""
    for name in ("dataset_id", "job_id", "session_id", "token_id", "parent_job_id", "shop_id"):
        path = path.replace(f"{{{name}}}", "5f0f6a0e-5f6d-4f0e-9a39-0d7f6e2c9b11")
    path = path.replace("{letter_id}", "3-41-1767605400123")
    return path.replace("{table}", "users").replace("{part}", "0")


@pytest.fixture
def clients() -> dict[str, httpx.AsyncClient]:
    """A client of each service."""
    return {
        name: httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{name}")
        for name, app in APPS.items()
    }


def identified(values: list[tuple[Any, ...]]) -> Any:
    return [pytest.param(*value, id=" ".join(map(str, value[:3]))) for value in values]


def declared(operation: dict[str, Any]) -> list[str]:
    return [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]


@pytest.mark.parametrize(
    ("service", "method", "path", "operation"),
    identified([one for one in OPERATIONS if not one[2].endswith(CHECKS_ITS_OWN_QUERY)]),
)
async def test_unknown_and_repeated_parameters_are_refused(
    clients: dict[str, httpx.AsyncClient], service: str, method: str, path: str, operation: dict[str, Any]
) -> None:
    known = declared(operation)
    for name in ("limitt", "LIMIT", "cursor[]", "\u202elimit"):
        answer = await clients[service].request(method, filled(path), params={name: "1"})
        assert answer.status_code == 422, answer.text
        [error] = answer.json()["errors"]
        assert error["field"] == name
        assert all(parameter in error["message"] for parameter in known)
    for name in known:
        answer = await clients[service].request(method, f"{filled(path)}?{name}=1&{name}=1")
        assert answer.status_code == 422
        assert (answer.json()["errors"][0]["field"], "once" in answer.json()["detail"]) == (name, True)


@pytest.mark.parametrize(("service", "path"), identified([(s, p) for s, m, p, _ in OPERATIONS if m == "get"]))
async def test_head_is_taken_wherever_get_is(
    clients: dict[str, httpx.AsyncClient], service: str, path: str
) -> None:
    if path in PUBLIC:
        return
    get, head = [await clients[service].request(method, filled(path)) for method in ("GET", "HEAD")]
    assert get.status_code == head.status_code == 401
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize(("service", "path"), identified(PATHS))
async def test_405_lists_every_method_of_the_path(
    clients: dict[str, httpx.AsyncClient], service: str, path: str
) -> None:
    methods = {method.upper() for s, method, p, _ in OPERATIONS if (s, p) == (service, path)}
    if "GET" in methods or service == "gateway":
        methods |= {"GET", "HEAD"}  # at the gateway, a browser's page is at every path
    unknown = next(method for method in ("PUT", "PATCH") if method not in methods)
    answer = await clients[service].request(unknown, filled(path))
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == methods
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("service", "method", "path"), identified([(s, m, p) for s, m, p, _ in OPERATIONS if m != "get"])
)
async def test_a_change_of_a_certain_version_is_refused(
    clients: dict[str, httpx.AsyncClient], service: str, method: str, path: str
) -> None:
    answer = await clients[service].request(method, filled(path), headers={"If-Match": '"of-yesterday"'})
    assert answer.status_code == 412


@pytest.mark.parametrize(("service", "method", "path", "operation"), identified(OPERATIONS))
async def test_no_refusal_is_kept_by_a_cache(
    clients: dict[str, httpx.AsyncClient], service: str, method: str, path: str, operation: dict[str, Any]
) -> None:
    answer = await clients[service].request(method, filled(path), params={"unknown": "1"})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("service", APPS)
async def test_a_query_of_raw_bytes_is_no_internal_error(service: str) -> None:
    """A client library would encode them: sent as a careless client does."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/nothing",
        "query_string": b"q=\xfc",
        "headers": [],
        "scheme": "http",
        "server": ("test", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await APPS[service](scope, receive, send)
    assert sent[0]["status"] == 404


@pytest.mark.parametrize("service", APPS)
async def test_health_checks_may_have_parameters_of_their_own(
    clients: dict[str, httpx.AsyncClient], service: str
) -> None:
    assert (await clients[service].get("/health/live?probe=1")).status_code == 200
    assert (await clients[service].head("/health/live")).status_code == 200
