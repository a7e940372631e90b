"""Datasets that are not stored everywhere, on the running system: made, grown, read and deleted."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from cartload_dev.system_client import SystemClient
from support.client import User
from support.equality import CONTAINER, engine_hashes
from support.stores import blob_names, mysql_hashes, parquet_hashes

ROWS = ("/tables/users/rows", "/tables/users/export", "/report", "/answers", "/connection")
FILES = ("/files", "/files/users/0", "/raw/users")


async def made(user: User, **body: Any) -> Any:
    """The job that was asked for, completed."""
    answer = await user.call("POST", "/api/jobs", json=body, headers={"Prefer": "wait=60"})
    assert answer.status == 200, answer.body
    assert answer.body["state"] == "completed", answer.body
    return answer.body


async def statuses(user: User, path: str, routes: Sequence[str]) -> set[int]:
    """What reading each of these answers."""
    return {(await user.call("GET", path + route)).status for route in routes}


@pytest.mark.parametrize("targets", [["mysql"], ["files"], ["kafka"]], ids="+".join)
async def test_a_dataset_holds_what_was_made_of_it_wherever_it_is_stored(
    cartload: SystemClient, user: User, targets: list[str]
) -> None:
    kept = sorted({*targets, "kafka"}, key=["mysql", "files", "kafka"].index)
    job = await made(user, spec={"customers": 1_200, "seed": 5}, targets=targets)
    more = await made(user, dataset_id=job["dataset_id"], customers=700)
    assert job["targets"] == more["targets"] == kept
    path = f"/api/datasets/{job['dataset_id']}"
    dataset = await user.get(path)
    expected = await asyncio.to_thread(engine_hashes, dataset["spec"], dataset["segments"])
    assert (dataset["state"], dataset["targets"]) == ("ready", kept)
    assert dataset["hashes"] == {name: found.hex for name, found in expected.items()}
    assert (dataset["bytes"] > 0) is ("files" in targets)
    assert await statuses(user, path, ROWS) == ({200} if "mysql" in targets else {409})
    assert await statuses(user, path, FILES) == ({200} if "files" in targets else {409})
    mysql, blob = cartload.endpoints.mysql_root_url, cartload.endpoints.blob_connection_string
    if "files" in targets:
        found = await asyncio.to_thread(parquet_hashes, blob, CONTAINER, job["dataset_id"])
        assert found == expected
    else:
        assert list(blob_names(blob, CONTAINER, job["dataset_id"])) == []
    if "mysql" in targets:
        database = (await user.get(f"{path}/connection"))["database"]
        assert await asyncio.to_thread(mysql_hashes, mysql, database, "uuid") == expected
        report = await user.when(f"{path}/report", lambda report: report["kind"] == "full")
        assert report["ok"], report
    assert (await user.call("DELETE", path)).status == 202
    assert await statuses(user, path, ("", *ROWS, *FILES)) == {404}
