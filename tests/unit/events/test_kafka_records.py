"""Records of Kafka are what the lines of a stream say, under any prefix."""

import io
import json
from uuid import UUID

import pytest

from cartload.encoders.kafka_records import KafkaRecords
from cartload.engine.chunks import Segment
from cartload.events.topics import TOPICS
from cartload.spec import parse, resolve
from cartload.writers.event_sinks import LineFile
from cartload.writers.event_stream import EventLines, StreamJob

STREAM = UUID("79d0da55-9b71-42c7-8cfd-11f5cc0e4030")


def lines(ids: str) -> bytes:
    out = io.BytesIO()
    visits = {"sessions_per_customer": 1}
    fields = {"customers": 60, "catalogue": {"products": 150}, "clickstream": visits, "ids": ids}
    spec = resolve(parse(fields))
    with EventLines(StreamJob(spec, (Segment(0, 60),), TOPICS)) as events:
        events.make(lambda _: None)
        events.write(LineFile(out), lambda _: None)
    return out.getvalue()


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_a_record_has_all_that_its_line_has(ids: str) -> None:
    text = lines(ids)
    records = list(KafkaRecords(STREAM, "shop1-").of(text))
    assert {record.topic for record in records} == {
        f"shop1-{name.removeprefix('ecommerce-')}" for name in TOPICS
    }
    for record, line in zip(records, map(json.loads, text.splitlines()), strict=True):
        headers = {name: value.decode() for name, value in record.headers if isinstance(value, bytes)}
        assert len(headers) == len(record.headers) == 9
        assert {
            "type": headers["ce_type"],
            "key": record.key.decode(),
            "sequence": int(headers["sequence"]),
            "time": headers["ce_time"],
            "id": headers["ce_id"],
            "topic": record.topic.replace("shop1-", "ecommerce-"),
            "data": json.loads(record.value),
        } == line
        assert headers["streamid"] == str(STREAM)


def test_quotes_and_backslashes_in_values_end_no_record() -> None:
    data = {"name": 'a "b" \\" }\u2028{', "items": [{"x": '},"data":{'}]}
    line = (
        b'{"type":"row_created","key":"{\\"id\\":7}","sequence":1,"time":"2025-01-01T00:00:00.000Z",'
        b'"id":"u","topic":"ecommerce-cdc.users","data":' + json.dumps(data).encode() + b"}\n"
    )
    first, second = KafkaRecords(STREAM).of(line * 2)
    assert first == second
    assert json.loads(first.key) == {"id": 7}
    assert json.loads(first.value) == data
    assert first.topic == "ecommerce-cdc.users"
