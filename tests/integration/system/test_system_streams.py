"""Streams through the whole system: into a real Kafka, by a player that is killed, and told to browsers."""

import asyncio
import json
import time
from typing import Any

import pytest

from cartload.cli import main
from cartload.events.topics import TOPICS
from cartload_dev.system_client import SystemClient
from support.client import User
from support.engine import ENGINE
from support.played_streams import start, stored, whole

SPEC = {"customers": 150, "catalogue": {"products": 150}, "clickstream": {"sessions_per_customer": 1}}
PLAYER = "generator-player"


@pytest.mark.skipif(ENGINE != "native", reason="a local process is killed")
async def test_a_stream_whose_player_is_killed_adds_up_to_its_dataset(
    cartload: SystemClient, user: User, tmp_path: Any
) -> None:
    path, stream = await start(user, SPEC, topics=["*"], rate_limit=4000)
    await user.when(path, lambda now: now["events_sent"] > 0)
    killed = cartload.kill(PLAYER)
    now = await user.get(path)
    assert now["state"] != "ended", "too late to be killed in the midst of it"
    await asyncio.to_thread(cartload.wait_ready, PLAYER, after=killed)
    ended = await user.when(path, lambda now: now["state"] == "ended", 90)
    expected = await answered(user, path)

    records = await asyncio.to_thread(stored, cartload.endpoints.kafka_bootstrap, stream)
    assert {record.topic for record in records} == {one["name"] for one in stream["topics"]}
    once = whole(records, ended, batches_again=1)

    dataset = await user.get(f"/api/datasets/{stream['dataset_id']}")
    assert {name: total["row_hash"] for name, total in expected["tables"].items()} == dataset["hashes"]
    counts = {topic: sum(types.values()) for topic, types in expected["events"].items()}
    names = {one["topic"]: one["name"] for one in stream["topics"]}
    assert counts == {topic: sum(one.topic == names[topic] for one in once) for topic in TOPICS}

    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(dataset["spec"]), encoding="utf-8")
    prefix = names["ecommerce-orders"].removesuffix("orders")
    kafka = (f"kafka://{cartload.endpoints.kafka_bootstrap}", "--topic-prefix", prefix)
    assert await asyncio.to_thread(main, ["fold", *kafka, "--against", str(spec)]) == 0


async def test_a_paused_stream_sends_nothing_and_goes_on_and_browsers_are_told(
    cartload: SystemClient, user: User
) -> None:
    async with user.http.ws_connect("/ws/jobs") as socket:
        await socket.send_json({"type": "authenticate", "token": user.token})
        path, stream = await start(user, SPEC, topics=["ecommerce-orders"], rate_limit=100)
        await told_until(socket, stream["id"], lambda now: now["state"] == "playing" and now["events_sent"])
        assert (await user.call("POST", f"{path}/pause")).status == 202
        asked = time.monotonic()
        paused = await told_until(socket, stream["id"], lambda now: now["state"] == "paused")
        # One second is promised; a busy machine that runs tests may take a little longer.
        assert time.monotonic() - asked < 5
        records = await asyncio.to_thread(stored, cartload.endpoints.kafka_bootstrap, stream)
        assert len(records) == paused["events_sent"] < paused["events_total"]
        assert (await answered(user, path))["events"]["ecommerce-orders"]["order_created"] > 0
        assert (await user.call("PATCH", path, json={"speed": 3600})).status == 202
        assert (await user.call("POST", f"{path}/resume")).status == 202
        await told_until(socket, stream["id"], lambda now: now["events_sent"] > paused["events_sent"])
    assert (await user.call("DELETE", path)).status == 204
    assert (await user.call("GET", path)).status == 404


async def answered(user: User, path: str) -> Any:
    """What a stream that stands still adds up to."""
    for _ in range(30):
        answer = await user.call("GET", f"{path}/expected")
        if answer.status == 200:
            return answer.body
        assert answer.status == 409, answer.body
        await asyncio.sleep(int(answer.headers["Retry-After"]))
    raise AssertionError("nobody works it out")


async def told_until(socket: Any, stream_id: str, is_so: Any) -> Any:
    """The first state of a stream of which something holds, of those that the WebSocket tells."""
    async with asyncio.timeout(60):
        while True:
            message = await socket.receive_json()
            if message["type"] == "ping":
                await socket.send_json({"type": "pong"})
            stream = message.get("stream", {})
            if stream.get("id") == stream_id and is_so(stream):
                return stream
