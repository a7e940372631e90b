"""Compressed copies of the UI's files: who gets which, as what, and what a cache is told of it."""

import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

SCRIPT = "/assets/long-3c4d.js"
CONTENT = b"export const numbers = [" + b"1, " * 1000 + b"]"
GZIP = gzip.compress(CONTENT)
BROTLI = b"stands for what Brotli would make of it".ljust(len(GZIP), b".")
BODIES = {"br": BROTLI, "gzip": GZIP, None: CONTENT}


@pytest.fixture
async def ui(start_gateway: Any, tmp_path: Path) -> Any:
    """A gateway whose UI has one script with compressed copies, of one time and size."""
    assets = tmp_path / "ui" / "assets"
    files = {"long-3c4d.js": CONTENT, "long-3c4d.js.br": BROTLI, "long-3c4d.js.gz": GZIP}
    for name, content in files.items():
        (assets / name).write_bytes(content)
        os.utime(assets / name, (1_700_000_000, 1_700_000_000))
    return await start_gateway()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("gzip;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("deflate, zstd", None),
        ("br;q=much, gzip;level=9", None),
        ("br;q=nan, gzip;q=2", None),
        ("", None),
        (None, None),
    ],
)
async def test_a_client_gets_the_form_that_it_prefers(
    ui: Any, accepted: str | None, coding: str | None
) -> None:
    headers = {"Accept-Encoding": accepted} if accepted is not None else {}
    async with ui.client.get(SCRIPT, headers=headers, skip_auto_headers=["Accept-Encoding"]) as answer:
        body = await answer.read()
    assert (answer.status, answer.headers.get("Content-Encoding")) == (200, coding)
    assert answer.content_type == "text/javascript"
    assert body == BODIES[coding]
    assert int(answer.headers["Content-Length"]) == len(body)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["Cache-Control"]


async def test_each_form_has_an_etag_of_its_own(ui: Any) -> None:
    tags = {}
    for coding in ("br", "gzip", "identity"):
        async with ui.client.get(SCRIPT, headers={"Accept-Encoding": coding}) as answer:
            tags[coding] = answer.headers["ETag"]
    assert len(set(tags.values())) == 3
    for had in tags:
        for asked, tag in tags.items():
            headers = {"Accept-Encoding": asked, "If-None-Match": tags[had]}
            async with ui.client.get(SCRIPT, headers=headers) as answer:
                assert answer.status == (304 if had == asked else 200)
                assert (answer.headers["ETag"], answer.headers["Vary"]) == (tag, "Accept-Encoding")
                assert (await answer.read() == b"") == (had == asked)


async def test_head_says_what_get_would(ui: Any) -> None:
    told = []
    for method in ("GET", "HEAD"):
        async with ui.client.request(method, SCRIPT, headers={"Accept-Encoding": "br"}) as answer:
            told.append({**answer.headers, "Date": "", "X-Request-ID": ""})
    assert told[0] == told[1]
    assert told[1]["Content-Length"] == str(len(BROTLI))


async def test_ranges_are_of_the_file_as_it_is(ui: Any) -> None:
    async with ui.client.get(SCRIPT, headers={"Accept-Encoding": "br", "Range": "bytes=0-5"}) as answer:
        assert (answer.status, await answer.read()) == (206, b"export")
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Content-Range"] == f"bytes 0-5/{len(CONTENT)}"
        assert answer.headers["Vary"] == "Accept-Encoding"
    async with ui.client.get(SCRIPT, headers={"Accept-Encoding": "br"}) as whole:
        assert whole.headers["Accept-Ranges"] == "none"
    # A client that has the beginning of the compressed form must not go on with bytes of the other.
    headers = {"Accept-Encoding": "br", "Range": "bytes=6-", "If-Range": whole.headers["ETag"]}
    async with ui.client.get(SCRIPT, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, CONTENT)


async def test_what_has_no_copies_varies_by_nothing(ui: Any) -> None:
    async with ui.client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "br"}) as answer:
        assert (answer.status, await answer.read()) == (200, b"export {}")
        assert not {"Vary", "Content-Encoding"} & set(answer.headers)


@pytest.mark.parametrize("path", [f"{SCRIPT}.br", f"{SCRIPT}.gz", "/assets/%2e%2e/assets/long-3c4d.js.br"])
async def test_a_copy_has_no_path_of_its_own(ui: Any, path: str) -> None:
    async with ui.client.get(URL(ui.url + path, encoded=True)) as answer:
        assert answer.status == 404


async def test_answers_of_services_are_never_compressed(ui: Any) -> None:
    """Their length would tell of secrets in them to who can add to them (BREACH)."""
    headers = {**ui.bearer(), "Accept-Encoding": "gzip, br"}
    for path in ("/api/datasets", "/openapi.json"):
        async with ui.client.get(path, headers=headers) as answer:
            assert answer.status == 200
            assert "Content-Encoding" not in answer.headers
