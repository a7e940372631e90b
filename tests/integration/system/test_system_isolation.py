"""Another user's things do not exist: not by REST, not by the plain endpoints, not by WebSocket."""

import json

import aiohttp
import pytest

from support.client import User

PARTS = (
    "",
    "/tables",
    "/tables/users/rows",
    "/tables/users/export?format=csv",
    "/files",
    "/files/users/part-0.parquet",
    "/report",
    "/answers",
    "/connection",
    "/raw/users",
)


@pytest.fixture
async def job(user: User) -> dict[str, str]:
    made: dict[str, str] = await user.make_dataset(customers=10)
    return made


async def test_another_users_dataset_is_404(stranger: User, job: dict[str, str]) -> None:
    for part in PARTS:
        answer = await stranger.call("GET", f"/api/datasets/{job['dataset_id']}{part}")
        assert answer.status == 404, part
    for method, part in (("DELETE", ""), ("POST", "/connection"), ("POST", "/report")):
        answer = await stranger.call(method, f"/api/datasets/{job['dataset_id']}{part}")
        assert answer.status == 404, part


async def test_another_users_job_is_404(stranger: User, job: dict[str, str]) -> None:
    assert (await stranger.call("GET", f"/api/jobs/{job['id']}")).status == 404
    assert (await stranger.call("GET", f"/api/jobs/{job['id']}/events")).status == 404
    for step in ("cancel", "pause", "resume", "retry"):
        assert (await stranger.call("POST", f"/api/jobs/{job['id']}/{step}")).status == 404
    body = {"dataset_id": job["dataset_id"], "customers": 5}
    assert (await stranger.call("POST", "/api/jobs", json=body)).status == 404
    assert (await stranger.call("GET", f"/get_raw_data/{job['id']}/user")).status == 404
    assert (await stranger.get("/api/jobs"))["items"] == []
    assert (await stranger.get("/api/datasets"))["items"] == []


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
