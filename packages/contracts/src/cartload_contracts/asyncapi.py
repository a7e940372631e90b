"""The AsyncAPI 3 document of all topics, made from their declarations and the models."""

from typing import Any

from cartload_contracts import envelope, topics
from cartload_contracts.batches import ARROW_STREAM, BatchHeader
from cartload_contracts.topics import Topic

type Document = dict[str, Any]


def document() -> Document:
    """AsyncAPI 3.0: channels with their Kafka bindings, operations by part, messages by reference."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cartload on Kafka",
            "version": "1.0.0",
            "description": "Every topic of Cartload. Messages are CloudEvents 1.0 in Kafka's binary mode: "
            "attributes in headers, data in the value. Consumers de-duplicate by `ce_id`.",
        },
        "defaultContentType": envelope.JSON,
        "channels": {topic.name: _channel(topic) for topic in topics.ALL},
        "operations": dict(_operations()),
        "components": {
            "messages": {
                "dataset-command": _json_message("dataset-commands.json"),
                "chunk-command": _json_message("chunk-commands.json"),
                "result": _json_message("results.json"),
                "job-state": _json_message("job-states.json"),
                "stream-state": _json_message("stream-states.json"),
                "batch": {
                    "contentType": ARROW_STREAM,
                    "summary": "Rows of one table of one chunk as an Arrow IPC stream",
                    "headers": _batch_headers(),
                },
                "dead-letter": {
                    "summary": "The original message, unchanged, with the reason in headers",
                    "contentType": "application/octet-stream",
                },
            }
        },
    }


def _channel(topic: Topic) -> Document:
    name = _message_of(topic)
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "retention.ms": topic.retention_ms,
                    "retention.bytes": topic.retention_bytes,
                    "max.message.bytes": topic.max_message_bytes,
                },
            }
        },
        "x-key": topic.key,
    }


def _operations() -> list[tuple[str, Document]]:
    found = []
    for topic in topics.ALL:
        channel = {"$ref": f"#/channels/{topic.name}"}
        for action, parts in (("send", topic.producers), ("receive", topic.consumers)):
            for part in parts:
                name = f"{part.replace(' ', '-')}-{action}-{topic.name.removeprefix('cartload.')}"
                found.append((name, {"action": action, "channel": channel, "summary": f"By {part}"}))
    return found


def _message_of(topic: Topic) -> str:
    names = {
        topics.DATASETS.name: "dataset-command",
        topics.CHUNKS.name: "chunk-command",
        topics.RESULTS.name: "result",
        topics.JOBS.name: "job-state",
        topics.STREAMS.name: "stream-state",
        topics.DEAD_LETTERS.name: "dead-letter",
    }
    return names.get(topic.name, "batch")


def _json_message(file: str) -> Document:
    return {"contentType": envelope.JSON, "payload": {"$ref": f"./{file}"}}


def _batch_headers() -> Document:
    schema = BatchHeader.model_json_schema()
    definitions = schema.get("$defs", {})
    properties = {
        f"ce_{name.replace('_', '')}": definitions.get(value.get("$ref", "").rpartition("/")[2], value)
        for name, value in schema["properties"].items()
    }
    return {"type": "object", "properties": properties}
