"""Parts in Blob: listed, downloaded whole and in ranges, and read back as rows."""

import json
from base64 import b64decode
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from cartload import schema
from cartload_kit.pagination import encode_cursor
from cartload_writer.domain import names
from support.writer_service import Load, Writer, rows_in


@pytest.fixture
async def load(writer: Writer) -> Load:
    made = Load.of(customers=40)
    await writer.make(made)
    return made


async def listed(writer: Writer, load: Load, **query: Any) -> list[dict[str, Any]]:
    items, cursor = [], None
    while True:
        answer = await writer.get(load, "/files", params={**query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next"]
        if cursor is None:
            return items
        assert f"cursor={cursor}" in answer.headers["Link"]


async def test_every_part_is_listed_once(writer: Writer, load: Load) -> None:
    items = await listed(writer, load)
    assert await listed(writer, load, limit=3) == items
    assert {item["table"] for item in items} == set(schema.TABLE_NAMES)
    assert {item["table"]: item["rows"] for item in items} == {n: t.rows for n, t in load.totals.items()}
    assert all(item["name"] == f"part-{item['chunk']}.parquet" for item in items)


async def test_a_download_is_the_part_as_listed(writer: Writer, load: Load) -> None:
    for item in await listed(writer, load):
        answer = await writer.get(load, f"/files/{item['table']}/{item['name']}")
        assert answer.status_code == 200
        assert len(answer.content) == item["bytes"] == int(answer.headers["Content-Length"])
        assert sha256(answer.content).hexdigest() == item["sha256"]
        assert answer.headers["ETag"] == f'"{item["sha256"]}"'
        digest = answer.headers["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":")
        assert b64decode(digest).hex() == item["sha256"]
        by_number = await writer.get(load, f"/files/{item['table']}/{item['chunk']}")
        assert by_number.content == answer.content


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=5-", 5, None), ("bytes=-7", -7, None),
     ("bytes=0-99999999", 0, None), ("bytes=-99999999", 0, None)],
)  # fmt: skip
async def test_ranges(writer: Writer, load: Load, header: str, first: int, last: int | None) -> None:
    whole = (await writer.get(load, "/files/users/0")).content
    answer = await writer.get(load, "/files/users/0", headers={"Range": header})
    assert answer.status_code == 206
    start = first if first >= 0 else len(whole) + first
    end = len(whole) - 1 if last is None else last
    assert answer.content == whole[start : end + 1]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end}/{len(whole)}"
    assert int(answer.headers["Content-Length"]) == len(answer.content)


async def test_a_range_beyond_the_end_is_416(writer: Writer, load: Load) -> None:
    size = len((await writer.get(load, "/files/users/0")).content)
    for header in (f"bytes={size}-", "bytes=-0"):
        answer = await writer.get(load, "/files/users/0", headers={"Range": header})
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{size}"
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["bytes=a-b", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,4-5", ""])
async def test_a_range_that_cannot_be_read_is_ignored(writer: Writer, load: Load, header: str) -> None:
    answer = await writer.get(load, "/files/users/0", headers={"Range": header})
    assert answer.status_code == 200


async def test_conditions(writer: Writer, load: Load) -> None:
    tag = (await writer.get(load, "/files/users/0")).headers["ETag"]
    same = await writer.get(load, "/files/users/0", headers={"If-None-Match": f'"other", {tag}'})
    assert (same.status_code, same.content) == (304, b"")
    ranged = {"Range": "bytes=0-3"}
    assert (await writer.get(load, "/files/users/0", headers={**ranged, "If-Range": tag})).status_code == 206
    other = await writer.get(load, "/files/users/0", headers={**ranged, "If-Range": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/files/users/part-1.parquet", "/files/users/part-0.csv", "/files/nothing/part-0.parquet",
     "/files/users/..%2Fpart-0.parquet", "/files/users/part--1.parquet", "/files/users/99999999999999999999"],
)  # fmt: skip
async def test_what_is_not_there_is_404(writer: Writer, load: Load, path: str) -> None:
    assert (await writer.get(load, path)).status_code == 404


async def test_strangers_get_404(writer: Writer, load: Load) -> None:
    for path in ("/files", "/files/users/part-0.parquet", "/raw/users"):
        assert (await writer.get(load, path, user=uuid4())).status_code == 404


async def test_a_wrong_cursor_is_422(writer: Writer, load: Load) -> None:
    for cursor in ("x", "e30", "eyJ0YWJsZSI6MX0"):
        assert (await writer.get(load, "/files", params={"cursor": cursor})).status_code == 422


@pytest.mark.parametrize("file_format", ["parquet", "csv", "jsonl"])
async def test_raw_rows_are_the_rows_of_mysql(writer: Writer, file_format: str) -> None:
    """The same objects, though one way leads over Blob and the other over the database."""
    load = Load.of(customers=30, format=file_format)
    await writer.make(load)
    for table in schema.TABLE_NAMES:
        stored = (await writer.get(load, f"/tables/{table}/rows?limit=1000")).json()["items"]
        raw = await writer.get(load, f"/raw/{table}")
        assert raw.headers["Content-Type"].startswith("application/json")
        assert sorted(raw.json(), key=lambda row: row["id"])[:1000] == stored
        lines = await writer.get(load, f"/raw/{table}?format=jsonl")
        assert [json.loads(line) for line in lines.content.splitlines()] == raw.json()


async def test_raw_rows_of_nothing_are_an_empty_array(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.run(load.prepare())
    assert (await writer.get(load, "/raw/users")).json() == []
    assert (await writer.get(load, "/raw/users?format=jsonl")).content == b""


async def test_raw_rows_of_several_parts_come_in_order(writer: Writer) -> None:
    load = Load.of(customers=2_060)
    await writer.run(load.prepare())
    records = list(load.records())
    users = rows_in(next(record for record in records if record.topic.endswith(".users")))
    for chunk in (2, 0, 1):
        await writer.handler(load.record("users", chunk, users.slice(chunk * 20, 20)))
    raw = (await writer.get(load, "/raw/users")).json()
    assert [row["id"] for row in raw] == users["id"].to_pylist()[:60]


async def test_a_part_lost_in_blob_is_told(writer: Writer, load: Load) -> None:
    await writer.blobs.delete(names.blob_name(load.dataset_id, "users", 0, "parquet"))
    assert (await writer.get(load, "/files/users/0")).status_code == 404
    assert (await writer.get(load, "/raw/users")).status_code == 404


@pytest.mark.parametrize(
    "position",
    [
        {"table": "users", "chunk": -(10**30)},
        {"table": "users", "chunk": 10**30},
        {"table": "users", "chunk": True},
        {"table": "users", "chunk": 1.5},
        {"table": "users"},
        {"table": "Users", "chunk": 1},
        {"table": "users", "chunk": 1, "more": 1},
        {"table": ["users"], "chunk": 1},
        {"n": 1},
    ],
)
async def test_a_cursor_of_any_other_shape_is_refused(
    writer: Writer, load: Load, position: dict[str, Any]
) -> None:
    for path in ("/files", "/tables/users/rows"):
        answer = await writer.get(load, path, params={"cursor": encode_cursor(position)})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == "cursor"


async def test_head_and_conditions_of_a_part(writer: Writer, load: Load) -> None:
    item = (await listed(writer, load, limit=1))[0]
    path, tag = f"/files/{item['table']}/{item['name']}", f'"{item["sha256"]}"'
    get, head = [await writer.call(method, load, path) for method in ("GET", "HEAD")]
    assert head.content == b""
    for name in ("ETag", "Content-Length", "Accept-Ranges", "Repr-Digest", "Cache-Control"):
        assert head.headers[name] == get.headers[name]
    assert get.headers["Cache-Control"].startswith("private")
    for known in (tag, f"W/{tag}", f'"x", W/{tag}', "*"):
        assert (await writer.get(load, path, headers={"If-None-Match": known})).status_code == 304, known
    assert (await writer.get(load, path, headers={"If-Match": '"x"'})).status_code == 412
    assert (await writer.get(load, path, headers={"If-Match": tag})).status_code == 200
