"""The committed schemas, document and examples are what the models say."""

import json
from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from cartload_contracts import asyncapi, envelope, examples, generate, messages, topics
from support.json_schema import require_valid

UNIONS: dict[str, tuple[TypeAdapter[Any], str]] = {
    topics.DATASETS.name: (envelope.DATASET_COMMANDS, "dataset-commands.json"),
    topics.CHUNKS.name: (envelope.CHUNK_COMMANDS, "chunk-commands.json"),
    topics.RESULTS.name: (envelope.RESULTS, "results.json"),
    topics.JOBS.name: (envelope.JOB_STATES, "job-states.json"),
    topics.STREAMS.name: (envelope.STREAM_STATES, "stream-states.json"),
}
JSON_EXAMPLES = [name for name in examples.names() if name != "batch"]


def test_the_committed_files_are_up_to_date() -> None:
    for name, text in generate.rendered().items():
        assert (generate.FOLDER / name).read_text() == text, f"{name} is stale: run make generate"


def test_the_models_still_take_what_the_committed_schemas_allow() -> None:
    assert generate.incompatible(generate.FOLDER) == []


@pytest.mark.parametrize("name", JSON_EXAMPLES)
def test_an_example_survives_decoding_and_encoding(name: str) -> None:
    wire = examples.load(name)
    headers = dict(wire.headers)
    union, _ = UNIONS[wire.topic]
    message = envelope.decode(union, wire.value, headers)
    again = envelope.encode(
        message,
        source=headers["ce_source"].decode(),
        now=_time(headers),
        traceparent=headers["traceparent"].decode(),
    )
    assert (again.topic, again.key, dict(again.headers)) == (wire.topic, wire.key, headers)
    assert json.loads(again.value) == json.loads(wire.value)


@pytest.mark.parametrize("name", JSON_EXAMPLES)
def test_an_example_fits_its_committed_schema(name: str) -> None:
    wire = examples.load(name)
    schema = json.loads((generate.FOLDER / UNIONS[wire.topic][1]).read_text())
    require_valid(json.loads(wire.value), schema)


def test_every_message_has_an_example() -> None:
    shown = {json.loads(examples.load(name).value)["type"] for name in JSON_EXAMPLES}
    models = {model for model in vars(messages).values() if _is_message(model)}
    assert shown == {model.model_fields["type"].default for model in models} | {"job", "stream"}


def test_the_asyncapi_document_names_every_topic_and_resolves_its_references() -> None:
    document = asyncapi.document()
    assert set(document["channels"]) == {topic.name for topic in topics.ALL}
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]
    for channel in document["channels"].values():
        assert set(channel["messages"]) <= set(document["components"]["messages"])
    assert "#/$defs" not in json.dumps(document)


def _is_message(value: object) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, BaseModel)
        and value.__module__ == messages.__name__
        and value not in (messages.BlockRange, messages.CatalogueRange)
    )


def _time(headers: dict[str, bytes]) -> datetime:
    return datetime.fromisoformat(headers["ce_time"].decode())
