"""One request's trace leads through every process that has a part in its job, to the browser's WebSocket."""

import asyncio
import secrets

from support.client import User
from support.span_collector import CollectedSpan, SpanCollector

WAY = {
    ("gateway", "POST /{path}"),
    ("generator-api", "POST /api/jobs"),
    ("generator-api", "move job on"),
    ("generator-worker", "process cartload.chunks"),
    ("generator-worker", "generate"),
    ("writer-tasks", "task prepare"),
    ("writer-tasks", "task seal"),
    ("writer-consumer", "load"),
    ("generator-api", "apply results"),
    ("notifier", "process cartload.jobs"),
    ("notifier", "send job state"),
}


async def test_one_trace_shows_the_whole_way_of_a_job(user: User, span_collector: SpanCollector) -> None:
    trace_id, span_id = secrets.token_hex(16), secrets.token_hex(8)
    async with user.http.ws_connect("/ws/jobs") as socket:
        await socket.send_json({"type": "authenticate", "token": user.token})
        assert (await socket.receive_json(timeout=10)) == {"type": "ready"}
        headers = {"traceparent": f"00-{trace_id}-{span_id}-01", "Prefer": "wait=60"}
        answer = await user.call("POST", "/api/jobs", json={"spec": {"customers": 50}}, headers=headers)
        assert answer.body["state"] == "completed"
        while (await socket.receive_json(timeout=30)).get("job", {}).get("state") != "completed":
            pass
    spans = await whole_way(span_collector, trace_id)
    by_id = {span.span_id: span for span in spans}
    (first,) = (span for span in spans if (span.service, span.name) == ("gateway", "POST /{path}"))
    assert first.parent_id == span_id
    # Nothing hangs in the air: each leads back to the caller's own span.
    assert {span.name for span in spans if span.parent_id not in by_id} == {first.name}
    assert {span.service for span in spans if any(span.linked_traces)} >= {"generator-api", "notifier"}


async def whole_way(collector: SpanCollector, trace_id: str) -> list[CollectedSpan]:
    """The spans of a trace, when those of the way have all come, with what they are parts of."""
    missing, apart = WAY, list[CollectedSpan]()
    for _ in range(600):
        spans = collector.of_trace(trace_id)
        ids = {span.span_id for span in spans}
        missing = WAY - {(span.service, span.name) for span in spans}
        apart = [span for span in spans if span.parent_id not in ids]
        if not missing and len(apart) == 1:
            return spans
        await asyncio.sleep(0.1)
    raise AssertionError(f"missing: {missing}; part of nothing: {apart}")
