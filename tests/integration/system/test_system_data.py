"""What is stored, through the gateway: tables, rows, exports, files, report, SQL access."""

import asyncio
import csv
import hashlib
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pymysql
import pytest
from pymysql.constants import CLIENT

from cartload.answers import questions
from cartload_dev.system_client import SystemClient
from support.client import TABLES, User


@pytest.fixture
async def dataset(user: User) -> str:
    job = await user.make_dataset(customers=150, seed=11)
    path: str = f"/api/datasets/{job['dataset_id']}"
    return path


async def all_rows(user: User, path: str, query: str = "") -> list[Any]:
    rows: list[Any] = []
    cursor = ""
    while True:
        page = await user.get(f"{path}?limit=100{query}{cursor}")
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


async def test_tables_are_described_with_their_rows(user: User, dataset: str) -> None:
    tables = {table["name"]: table for table in (await user.get(f"{dataset}/tables"))["items"]}
    assert set(tables) == set(TABLES)
    assert tables["users"]["rows"] == 150
    columns = {column["name"]: column for column in tables["order_item"]["columns"]}
    assert columns["order_id"]["references"] == "order_details.id"
    assert all(column["description"] for column in columns.values())


async def test_every_row_comes_once_over_all_pages(user: User, dataset: str) -> None:
    rows = await all_rows(user, f"{dataset}/tables/users/rows")
    assert len(rows) == len({row["id"] for row in rows}) == 150


async def test_rows_are_sorted_and_filtered_on_marked_columns(user: User, dataset: str) -> None:
    path = f"{dataset}/tables/users/rows"
    names = [row["user_name"] for row in await all_rows(user, path, "&sort=user_name")]
    assert len(set(names)) == 150
    assert names[0].lower() <= names[-1].lower()
    falling = await all_rows(user, path, "&sort=-user_name")
    assert [row["user_name"] for row in falling] == names[::-1]
    found = await all_rows(user, path, f"&user_name={names[3]}")
    assert [row["user_name"] for row in found] == [names[3]]
    started = await all_rows(user, path, f"&q={names[3][:4]}")
    assert names[3] in [row["user_name"] for row in started]


@pytest.mark.parametrize(
    "query",
    ["sort=birth_date", "sort=nonsense", "unheard=1", "id__like=1", "limit=0", "limit=100000", "cursor=x"],
)
async def test_other_columns_and_limits_are_422(user: User, dataset: str, query: str) -> None:
    answer = await user.call("GET", f"{dataset}/tables/users/rows?{query}")
    assert answer.status == 422
    assert answer.body["errors"]


async def test_names_never_become_identifiers(user: User, dataset: str) -> None:
    for name in ("mysql.user", "users;drop", "_cartload", "..%2f..", "USERS"):
        assert (await user.call("GET", f"{dataset}/tables/{name}/rows")).status == 404
    injected = await user.call("GET", f"{dataset}/tables/users/rows?user_name=x'%20OR%20'1'='1")
    assert injected.body["items"] == []


async def test_exports_hold_the_same_rows_in_each_format(user: User, dataset: str) -> None:
    path = f"{dataset}/tables/order_details"
    stored = await all_rows(user, f"{path}/rows")
    ids = sorted(row["id"] for row in stored)
    exported = await user.call("GET", f"{path}/export?format=csv")
    assert "attachment" in exported.headers["Content-Disposition"]
    assert sorted(row["id"] for row in csv.DictReader(io.StringIO(exported.body.decode()))) == ids
    lines = (await user.call("GET", f"{path}/export?format=jsonl")).body.splitlines()
    assert sorted((json.loads(line) for line in lines), key=_id) == sorted(stored, key=_id)
    parquet = (await user.call("GET", f"{path}/export?format=parquet")).body
    assert sorted(pq.read_table(io.BytesIO(parquet))["id"].to_pylist()) == ids
    one = await user.call("GET", f"{path}/export?format=jsonl&id={ids[0]}")
    assert [json.loads(line)["id"] for line in one.body.splitlines()] == [ids[0]]
    assert (await user.call("GET", f"{path}/export?format=xls")).status == 422


async def test_files_are_listed_and_downloaded_whole_and_in_ranges(user: User, dataset: str) -> None:
    files = (await user.get(f"{dataset}/files"))["items"]
    assert {file["table"] for file in files} == set(TABLES)
    file = next(file for file in files if file["table"] == "users")
    path = f"{dataset}/files/users/{file['name'].rpartition('/')[2]}"
    whole = await user.call("GET", path)
    assert (len(whole.body), hashlib.sha256(whole.body).hexdigest()) == (file["bytes"], file["sha256"])
    assert pq.read_table(io.BytesIO(whole.body)).num_rows == file["rows"] == 150
    part = await user.call("GET", path, headers={"Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{file['bytes']}"
    beyond = await user.call("GET", path, headers={"Range": f"bytes={file['bytes']}-"})
    assert beyond.status == 416
    assert (await user.call("GET", f"{dataset}/files/users/part-999999.parquet")).status == 404
    assert (await user.call("GET", f"{dataset}/files/users/..%2f..%2fsecret")).status == 404


async def test_a_full_report_and_the_answers_come_when_they_are_asked_for(user: User, dataset: str) -> None:
    wanted = await user.call("POST", f"{dataset}/report")
    assert wanted.status == 202
    async with asyncio.timeout(60):
        while (report := await user.get(f"{dataset}/report"))["state"] == "running":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert (report["state"], report["kind"], report["ok"]) == ("ready", "full", True)
    assert [invariant["number"] for invariant in report["invariants"]] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    answers = await user.get(f"{dataset}/answers")
    assert (answers["state"], len(answers["items"])) == ("ready", len(questions()))


async def test_the_report_shows_what_was_checked(user: User, dataset: str) -> None:
    report = await user.get(f"{dataset}/report")
    assert report["state"] in ("none", "running", "ready", "failed")
    assert report["made_at"]
    assert report["checks"]
    assert all(check["violations"] == 0 for check in report["checks"])
    assert sum(check["rows_checked"] for check in report["checks"]) > 0


async def test_a_user_reads_the_own_datasets_with_sql_and_nothing_else(
    cartload: SystemClient, user: User, stranger: User, dataset: str
) -> None:
    other = await stranger.make_dataset(customers=10)
    theirs = await stranger.get(f"/api/datasets/{other['dataset_id']}/connection")
    answer = await user.call("POST", f"{dataset}/connection")
    assert answer.status in (200, 201)
    shown = await user.get(f"{dataset}/connection")
    assert shown["database"] == answer.body["database"]
    assert "password" not in shown or shown["password"] is None
    with _connect(cartload, answer.body) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM users")
        assert cursor.fetchone() == (150,)
        cursor.execute("SHOW DATABASES")
        visible = {name for (name,) in cursor.fetchall()}
        assert visible - {"information_schema", "performance_schema"} == {answer.body["database"]}
        for statement in ("DELETE FROM users", "CREATE TABLE x (a INT)", "DROP TABLE wishlist"):
            with pytest.raises(pymysql.err.OperationalError):
                cursor.execute(statement)
        with pytest.raises(pymysql.err.OperationalError):
            cursor.execute(f"SELECT * FROM {theirs['database']}.users")
    again = await user.call("POST", f"{dataset}/connection")
    with pytest.raises(pymysql.err.OperationalError):
        _connect(cartload, answer.body)
    _connect(cartload, again.body).close()


def _connect(cartload: SystemClient, access: Any) -> Any:
    server = cartload.endpoints.mysql_root_url.rpartition("@")[2].strip("/")
    host, _, port = server.partition(":")
    return pymysql.connect(
        host=host,
        port=int(port),
        user=access["user"],
        password=access["password"],
        database=access["database"],
        client_flag=CLIENT.MULTI_STATEMENTS,
    )


def _id(row: Any) -> Any:
    return row["id"]
