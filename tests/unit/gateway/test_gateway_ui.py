"""The UI: files as they are, one page for every other path, nothing else from the disk."""

from typing import Any

import pytest
from yarl import URL


@pytest.mark.parametrize("path", ["/", "/login", "/datasets/1/tables", "/refresh"])
async def test_every_other_get_is_the_page(gateway: Any, path: str) -> None:
    async with gateway.client.get(path, headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert b"Cartload" in await answer.read()


async def test_assets_are_kept_for_ever_and_missing_ones_are_404(gateway: Any) -> None:
    async with gateway.client.get("/assets/app-1a2b.js") as answer:
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
    async with gateway.client.get("/assets/gone.js") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fsecret"])
async def test_nothing_outside_the_folder_is_served(gateway: Any, path: str) -> None:
    async with gateway.client.get(path) as answer:
        body = await answer.read()
    assert b"root:" not in body
    assert answer.status == 404 or b"Cartload" in body


async def test_other_methods_are_405(gateway: Any) -> None:
    async with gateway.client.delete("/somewhere") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET, HEAD"


async def test_without_a_ui_the_root_is_404(start_gateway: Any) -> None:
    gateway = await start_gateway(ui_dir=None)
    async with gateway.client.get("/") as answer:
        assert answer.status == 404


async def test_who_wants_data_gets_no_page(gateway: Any) -> None:
    async with gateway.client.get("/get_usr", headers={"Accept": "application/json"}) as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")


async def test_files_of_the_ui_have_a_limit_for_each_address(start_gateway: Any) -> None:
    gateway = await start_gateway(address_files_per_minute=2)
    statuses = []
    for path in ("/", "/assets/app-1a2b.js", "/"):
        async with gateway.client.get(path) as answer:
            statuses.append(answer.status)
    assert statuses == [200, 200, 429]
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("path", ["/assets/%2e%2e/index.html", "/assets/../index.html", "//index.html"])
async def test_the_page_is_kept_for_ever_under_no_path(gateway: Any, path: str) -> None:
    async with gateway.client.get(URL(gateway.url + path, encoded=True)) as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["/a%00b", "/" + "a" * 300, "/assets", "/index.html/x"])
async def test_a_path_that_no_file_can_have_is_the_page_or_nothing(gateway: Any, path: str) -> None:
    for accept, status in (("text/html", 200), ("application/json", 404)):
        url = URL(gateway.url + path, encoded=True)
        async with gateway.client.get(url, headers={"Accept": accept}) as answer:
            assert answer.status == status


async def test_a_file_that_the_browser_has_is_not_sent_again(gateway: Any) -> None:
    async with gateway.client.get("/assets/app-1a2b.js") as answer:
        tag = answer.headers["ETag"]
    for sent, status in ((tag, 304), ('"other"', 200)):
        async with gateway.client.get("/assets/app-1a2b.js", headers={"If-None-Match": sent}) as answer:
            assert (answer.status, answer.headers["ETag"]) == (status, tag)
            assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [("bytes=0-5", 206, b"export"), ("bytes=-2", 206, b"{}"), ("bytes=99-", 416, None)],
)
async def test_a_part_of_a_file_can_be_had(
    gateway: Any, wanted: str, status: int, body: bytes | None
) -> None:
    async with gateway.client.get("/assets/app-1a2b.js", headers={"Range": wanted}) as answer:
        assert answer.status == status
        assert body is None or await answer.read() == body


@pytest.mark.parametrize(
    ("accept", "mode", "is_page"),
    [
        ("text/html,*/*;q=0.8", None, True),
        ("*/*", None, True),
        ("text/*", None, True),
        ("image/png", None, False),
        ("application/json", "navigate", False),
    ],
)
async def test_a_page_is_for_whoever_takes_one(
    gateway: Any, accept: str, mode: str | None, is_page: bool
) -> None:
    headers = {"Accept": accept} | ({"Sec-Fetch-Mode": mode} if mode else {})
    async with gateway.client.get("/datasets/1", headers=headers) as answer:
        assert (answer.status == 200, answer.content_type == "text/html") == (is_page, is_page)
