"""Lines of events: JSON as the committed schemas say, in the order of time, however they are made."""

import io
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import event_schemas
from cartload.engine.chunks import Segment
from cartload.events.topics import BUSINESS_TOPICS, TOPICS
from cartload.spec import Spec, parse, resolve
from cartload.writers.event_sinks import LineFile
from cartload.writers.event_stream import EventLines, StreamJob
from support.any_spec import valid_fields

FIELDS: dict[str, Any] = {
    "customers": 300,
    "clickstream": {"sessions_per_customer": 0.5},
    "catalogue": {"products": 600},
    "orders": {"cancel_rate": 0.2, "return_rate": 0.3, "payment_failure_rate": 0.4},
}
type Line = dict[str, Any]


def written(
    spec: Spec,
    topics: tuple[str, ...] = TOPICS,
    since: int | None = None,
    segments: tuple[Segment, ...] | None = None,
    **making: int,
) -> bytes:
    out, counted, rows = io.BytesIO(), list[int](), list[int]()
    job = StreamJob(spec, segments or (Segment(0, spec.customers),), topics, since)
    with EventLines(job, **making) as events:
        count = events.make(rows.append)
        events.write(LineFile(out), counted.append)
    assert sum(counted) == count == out.getvalue().count(b"\n")
    assert sum(rows) == job.rows
    return out.getvalue()


def lines(text: bytes) -> list[Line]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module", params=["uuid", "integer"])
def shop(request: pytest.FixtureRequest) -> list[Line]:
    return lines(written(resolve(parse({**FIELDS, "ids": request.param}))))


def test_every_line_is_as_its_topics_schema_says(shop: list[Line]) -> None:
    validators = {
        topic: Draft202012Validator(
            json.loads((event_schemas.FOLDER / f"{topic}.json").read_text(encoding="utf-8")),
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        for topic in TOPICS
    }
    seen = Counter[tuple[str, str]]()
    for line in shop:
        seen[line["topic"], line["type"]] += 1
        # Thousands of lines of a type have one form.
        if seen[line["topic"], line["type"]] <= 40:
            validators[line["topic"]].validate(line)
    assert {topic for topic, _ in seen} == set(TOPICS)


def test_the_schemas_refuse_what_no_event_is(shop: list[Line]) -> None:
    line = next(line for line in shop if line["type"] == "order_updated")
    schema = json.loads((event_schemas.FOLDER / "ecommerce-orders.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)
    assert validator.is_valid(line)
    for wrong in (
        {**line, "sequence": 0},
        {**line, "type": "order_deleted"},
        {**line, "more": 1},
        {**line, "data": {**line["data"], "status": "lost"}},
        {**line, "data": {**line["data"], "total": "12.50"}},
        {**line, "data": {key: value for key, value in line["data"].items() if key != "previous_status"}},
    ):
        assert not validator.is_valid(wrong)


def test_the_committed_schemas_are_up_to_date_and_read_events_of_yesterday() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in event_schemas.FOLDER.iterdir()}
    assert committed == event_schemas.rendered(), "run `make generate`"
    assert event_schemas.incompatible(event_schemas.FOLDER) == []


def test_a_schema_that_would_refuse_events_of_yesterday_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "ecommerce-user-events.json"
    stored = json.loads(event_schemas.rendered()[name])
    stored["oneOf"][0]["properties"]["data"]["properties"]["nickname"] = {"type": "string"}
    (tmp_path / name).write_text(json.dumps(stored), encoding="utf-8")
    assert event_schemas.main(tmp_path) == 1
    assert "nickname: was removed" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    (tmp_path / name).write_text(
        json.dumps({**stored, "x-vintage": stored["x-vintage"] - 1}), encoding="utf-8"
    )
    assert event_schemas.main(tmp_path) == 0


def test_lines_are_in_the_order_of_time(shop: list[Line]) -> None:
    assert all(one["time"] <= other["time"] for one, other in pairwise(shop))


def test_rows_are_told_in_debeziums_types(shop: list[Line]) -> None:
    address = next(line for line in shop if line["topic"] == "ecommerce-cdc.addresses")["data"]["after"]
    user = next(line for line in shop if line["topic"] == "ecommerce-cdc.users")
    changed = next(line for line in shop if line["type"] == "row_updated")
    assert isinstance(address["latitude"], str)
    assert isinstance(address["is_default"], bool)
    assert -40_000 < user["data"]["after"]["birth_date"] < 20_000
    assert user["data"]["before"] is None
    assert user["data"]["after"]["created_at"] == user["data"]["ts_ms"] == user["data"]["source"]["ts_ms"]
    assert json.loads(user["key"]) == {"id": user["data"]["after"]["id"]}
    assert changed["data"]["before"]["id"] == changed["data"]["after"]["id"]


def test_business_events_have_times_and_decimals_as_people_read_them(shop: list[Line]) -> None:
    product = next(line for line in shop if line["type"] == "product_created")
    assert product["key"] == str(product["data"]["id"])
    assert product["data"]["launched_at"] == product["time"]
    assert isinstance(product["data"]["rating"], float | int)


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(fields=valid_fields(most_rows=3_000), data=st.data())
def test_any_dataset_in_any_chunks_and_runs_has_the_same_lines(
    fields: dict[str, Any], data: st.DataObject
) -> None:
    spec = resolve(parse(fields))
    whole = written(spec)
    run_bytes, blocks = data.draw(st.integers(1, 200_000)), data.draw(st.integers(1, 4))
    assert written(spec, run_bytes=run_bytes, blocks=blocks) == whole
    for line in whole.splitlines():
        json.loads(line)


def test_a_moment_parts_the_lines_and_belongs_to_the_earlier_ones() -> None:
    spec = resolve(parse(FIELDS))
    whole = written(spec, BUSINESS_TOPICS)
    times = [line["time"] for line in lines(whole)]
    moment = times[len(times) // 2]
    as_of = parse({"as_of": moment}).as_of
    assert as_of is not None
    early = written(spec.model_copy(update={"as_of": as_of}), BUSINESS_TOPICS)
    late = written(spec, BUSINESS_TOPICS, since=round(as_of.timestamp() * 1000))
    assert early + late == whole
    assert lines(early)[-1]["time"] == moment < lines(late)[0]["time"]


def test_an_append_is_played_with_the_customers_before_it() -> None:
    spec = resolve(parse({**FIELDS, "customers": 2000}))
    both = written(spec, BUSINESS_TOPICS, segments=(Segment(0, 1000), Segment(1, 1000)))
    assert both == written(spec, BUSINESS_TOPICS)
