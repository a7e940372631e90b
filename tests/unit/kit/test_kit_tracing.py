"""W3C trace context: what is taken over, what is not."""

import re

import pytest

from cartload_kit import tracing

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def current() -> tracing.TraceContext:
    found = tracing.current()
    assert found is not None
    return found


def test_a_trace_is_continued_with_a_span_of_its_own() -> None:
    with tracing.continue_from(PARENT):
        context = current()
        assert context.trace_id == "0af7651916cd43dd8448eb211c80319c"
        assert context.span_id != "b7ad6b7169203331"
        assert tracing.current_traceparent() == context.traceparent
        assert tracing.current() == context
    assert tracing.current() is None


def test_not_being_sampled_is_kept() -> None:
    with tracing.continue_from(PARENT[:-2] + "00"):
        assert current().traceparent.endswith("-00")


def test_a_later_version_may_have_more_parts() -> None:
    found = tracing.parse_traceparent("01" + PARENT[2:] + "-more")
    assert found is not None
    assert found.trace_id == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "nonsense",
        PARENT.upper(),
        PARENT + "-more",
        PARENT + "\n",
        "ff" + PARENT[2:],
        PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        PARENT.replace("b7ad6b7169203331", "0" * 16),
        "x" * 10_000,
    ],
)
def test_anything_else_begins_a_new_trace(text: str | None) -> None:
    with tracing.continue_from(text):
        context = current()
        assert context.trace_id not in (PARENT, "0" * 32)
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", context.traceparent)


def test_outside_a_trace_every_traceparent_is_new() -> None:
    assert tracing.current_traceparent() != tracing.current_traceparent()
