"""What is asked of streams, over HTTP and on a real database: no player is there."""

from typing import Any
from uuid import uuid4

import pytest

from support.generator_service import Generator, User
from support.stream_player import SPEC, act, ask, new_dataset


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"topics": ["ecommerce-nothing"]}, "topics", "no topic ecommerce-nothing"),
        ({"topics": []}, "topics", "at least 1"),
        ({"speed": 0}, "speed", ""),
        ({"speed": "fast"}, "speed", ""),
        ({"rate_limit": 0.5}, "rate_limit", "greater than or equal to 1"),
        ({"from": "2030-01-01T00:00:00Z"}, "from", "must lie in the window"),
        ({"until": "1999-01-01T00:00:00Z"}, "until", "must lie in the window"),
        ({"from": "2025-02-01T00:00:00Z", "until": "2025-01-01T00:00:00Z"}, "from", "not be after until"),
        ({"live_from": "2025-02-01T00:00:00Z"}, "live_from", "needs a speed"),
        (
            {"live_from": "2025-02-01T00:00:00Z", "speed": 1, "until": "2025-01-01T00:00:00Z"},
            "live_from",
            "not be after until",
        ),
        (
            {"live_from": "2025-02-01T00:00:00Z", "speed": 1, "from": "2025-03-01T00:00:00Z"},
            "live_from",
            "not be before from",
        ),
        ({"until": "2025-01-01"}, "until", "date and time with its zone"),
        ({"faults": {}}, "faults", ""),
    ],
)
async def test_what_is_wrong_is_named_by_its_field(
    user: User, dataset: str, fields: dict[str, Any], field: str, told: str
) -> None:
    answer = await user.call("POST", "/api/streams", json={"dataset_id": dataset, **fields})
    assert answer.status_code == 422, answer.text
    (error,) = [one for one in answer.json()["errors"] if one["field"].partition(".")[0] == field][:1]
    assert told in error["message"]
    assert (await user.read("/api/streams"))["items"] == []


async def test_a_dataset_has_one_stream_at_a_time_and_a_user_only_so_many(
    generator: Generator, user: User, dataset: str
) -> None:
    stream = await ask(user, dataset)
    refused = await user.call("POST", "/api/streams", json={"dataset_id": dataset})
    assert (refused.status_code, refused.json()["stream_id"]) == (409, stream["id"])
    for _ in range(2):
        await ask(user, await new_dataset(generator, user))
    last = await new_dataset(generator, user)
    refused = await user.call("POST", "/api/streams", json={"dataset_id": last})
    assert (refused.status_code, refused.json()["limit"]) == (422, "user_streams")
    assert (await act(user, stream, "stop"))["state"] == "stopped"
    await ask(user, last)
    page = await user.read("/api/streams?limit=2")
    assert len(page["items"]) == 2
    rest = await user.read(f"/api/streams?limit=2&cursor={page['next']}")
    assert [len(rest["items"]), rest["next"]] == [2, None]
    assert [one["id"] for one in (await user.read("/api/streams?state=stopped"))["items"]] == [stream["id"]]
    of_dataset = await user.read(f"/api/streams?dataset_id={dataset}&state=queued,stopped")
    assert [one["id"] for one in of_dataset["items"]] == [stream["id"]]


async def test_only_a_dataset_that_is_ready_is_played(generator: Generator, user: User) -> None:
    job = await user.job({"spec": SPEC})
    refused = await user.call("POST", "/api/streams", json={"dataset_id": job["dataset_id"]})
    assert (refused.status_code, refused.json()["job_id"]) == (409, job["id"])


async def test_the_streams_of_others_do_not_exist(generator: Generator, user: User, dataset: str) -> None:
    stream = await ask(user, dataset)
    eve = generator.user()
    assert (await eve.call("POST", "/api/streams", json={"dataset_id": dataset})).status_code == 404
    path = f"/api/streams/{stream['id']}"
    for method, where in [
        ("GET", path),
        ("GET", f"{path}/events"),
        ("GET", f"{path}/expected"),
        ("POST", f"{path}/pause"),
        ("POST", f"{path}/resume"),
        ("POST", f"{path}/stop"),
        ("DELETE", path),
        ("GET", f"/api/streams/{uuid4()}"),
    ]:
        assert (await eve.call(method, where)).status_code == 404, where
    assert (await eve.call("PATCH", path, json={"speed": 1})).status_code == 404
    assert (await eve.read("/api/streams"))["items"] == []
    assert (await user.read(path))["state"] == "queued"


async def test_pause_and_resume_where_nobody_plays(user: User, dataset: str) -> None:
    stream = await ask(user, dataset)
    paused = await act(user, stream, "pause")
    assert (paused["state"], paused["goal"]) == ("paused", "pause")
    resumed = await act(user, stream, "resume")
    assert (resumed["state"], resumed["goal"]) == ("queued", "play")
    assert resumed["version"] > paused["version"] > stream["version"]
    stopped = await act(user, stream, "stop")
    assert (stopped["state"], (await act(user, stream, "stop"))["state"]) == ("stopped", "stopped")
    answer = await user.call("GET", f"/api/streams/{stream['id']}/expected")
    assert (answer.status_code, "Retry-After" in answer.headers) == (409, False)
