"""The OpenAPI document: every operation says what it does, how it fails, and shows an example."""

import json
from typing import Any

import pytest

from cartload_generator.api.specs.routes import spec_schema
from cartload_generator.app import build

DOCUMENT: dict[str, Any] = build().openapi()
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method} {path}")
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
EXPECTED = {
    ("get", "/api/spec"),
    ("post", "/api/spec/preview"),
    ("post", "/api/jobs"),
    ("get", "/api/jobs"),
    ("get", "/api/jobs/{job_id}"),
    ("get", "/api/jobs/{job_id}/events"),
    ("post", "/api/jobs/{job_id}/cancel"),
    ("post", "/api/jobs/{job_id}/pause"),
    ("post", "/api/jobs/{job_id}/resume"),
    ("post", "/api/jobs/{job_id}/retry"),
    ("get", "/api/datasets"),
    ("get", "/api/datasets/{dataset_id}"),
    ("delete", "/api/datasets/{dataset_id}"),
    ("post", "/api/streams"),
    ("get", "/api/streams"),
    ("get", "/api/streams/{stream_id}"),
    ("patch", "/api/streams/{stream_id}"),
    ("delete", "/api/streams/{stream_id}"),
    ("get", "/api/streams/{stream_id}/events"),
    ("get", "/api/streams/{stream_id}/expected"),
    ("post", "/api/streams/{stream_id}/pause"),
    ("post", "/api/streams/{stream_id}/resume"),
    ("post", "/api/streams/{stream_id}/stop"),
    ("get", "/api/admin/jobs"),
    ("post", "/api/admin/jobs/{job_id}/cancel"),
    ("get", "/api/admin/dead-letters"),
    ("get", "/api/admin/dead-letters/{letter_id}"),
    ("post", "/api/admin/dead-letters/{letter_id}/redrive"),
    ("post", "/api/admin/dead-letters/{letter_id}/discard"),
}


def test_every_call_of_the_interface_is_there() -> None:
    assert {(method, path) for path, item in DOCUMENT["paths"].items() for method in item} == EXPECTED


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["security"]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_says_how_it_fails(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    assert {"401", "default"} <= set(answers)
    assert "404" in answers or "{" not in path
    assert "409" in answers or not (method == "post" and "job" in path)
    for status, answer in answers.items():
        if not status.startswith("2"):
            assert list(answer["content"]) == ["application/problem+json"]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_shows_an_example(path: str, method: str, operation: dict[str, Any]) -> None:
    good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    assert "204" in operation["responses"] or any(
        has_example(answer["content"]["application/json"]) for answer in good
    )
    if "requestBody" in operation:
        assert has_example(operation["requestBody"]["content"]["application/json"])


def has_example(media: dict[str, Any]) -> bool:
    if "example" in media or "examples" in media:
        return True
    name = media["schema"].get("$ref", "").rpartition("/")[2]
    return bool(DOCUMENT["components"]["schemas"].get(name, {}).get("examples"))


def test_the_examples_are_what_the_models_take() -> None:
    from cartload_contracts.jobs import JobView
    from cartload_contracts.streams import StreamView
    from cartload_generator.api.datasets.schemas import DATASET_EXAMPLE, Dataset
    from cartload_generator.api.jobs.schemas import JOB_EXAMPLE, JobRequest
    from cartload_generator.api.streams.schemas import (
        EXPECTED_EXAMPLE,
        STREAM_EXAMPLE,
        StreamExpected,
        StreamRequest,
    )

    JobView.model_validate(JOB_EXAMPLE)
    StreamView.model_validate_json(json.dumps(STREAM_EXAMPLE))
    StreamExpected.model_validate(EXPECTED_EXAMPLE)
    for example in StreamRequest.model_json_schema()["examples"]:
        StreamRequest.model_validate(example)
    Dataset.model_validate(DATASET_EXAMPLE)
    for example in JobRequest.model_json_schema()["examples"]:
        JobRequest.model_validate(example)


def test_the_spec_schema_carries_good_presets() -> None:
    from cartload.spec import parse

    for preset in spec_schema()["presets"].values():
        parse(preset)


def test_the_spec_schema_says_every_default() -> None:
    schema = spec_schema()
    sections = [schema["$defs"][one["$ref"].rpartition("/")[2]] for one in _fields(schema) if "$ref" in one]
    leaves = [one for node in (schema, *sections) for one in _fields(node) if "$ref" not in one]
    assert len(leaves) > 30
    assert [one for one in leaves if "default" not in one] == []


def _fields(node: dict[str, Any]) -> list[dict[str, Any]]:
    return list(node["properties"].values())
