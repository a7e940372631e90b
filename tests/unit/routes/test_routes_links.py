"""The links of the public OpenAPI document lead from ids that are given out to the calls that take them."""

import re
from typing import Any

import pytest

from cartload_gateway.domain.openapi import merge

from .apps import DOCUMENTS

DOCUMENT: dict[str, Any] = merge(
    DOCUMENTS["gateway"], {name: document for name, document in DOCUMENTS.items() if name != "gateway"}
)
OPERATIONS = {
    operation["operationId"]: (path, operation)
    for path, item in DOCUMENT["paths"].items()
    for operation in item.values()
}
LINKS = [
    (source, link)
    for source, (_, operation) in OPERATIONS.items()
    for answer in operation["responses"].values()
    for link in answer.get("links", {}).values()
]


def schema_at(operation: dict[str, Any], pointer: str) -> dict[str, Any]:
    """The schema of a value in the answer of an operation."""
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    found: dict[str, Any] = answers[0]["content"]["application/json"]["schema"]
    for part in pointer.strip("/").split("/"):
        found = resolved(found)
        found = found["items"] if part == "0" else found["properties"][part]
    return resolved(found)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name] if name else schema
    return found


@pytest.mark.parametrize(("source", "link"), LINKS)
def test_a_link_says_all_that_its_call_needs(source: str, link: dict[str, Any]) -> None:
    path, _ = OPERATIONS[link["operationId"]]
    assert set(re.findall(r"{(\w+)}", path)) == link["parameters"].keys()
    source_path, operation = OPERATIONS[source]
    for name, expression in link["parameters"].items():
        if expression.startswith("$request.path."):
            assert f"{{{expression.rpartition('.')[2]}}}" in source_path, name
        else:
            found = schema_at(operation, expression.removeprefix("$response.body#"))
            # The rows of a shop may have numbers in place of texts.
            assert "string" in {one["type"] for one in found.get("anyOf", [found])}, name


def test_every_call_with_an_id_is_led_to() -> None:
    with_ids = {name for name, (path, _) in OPERATIONS.items() if "{" in path and "/get_raw_data" not in path}
    assert with_ids <= {link["operationId"] for _, link in LINKS}


def test_a_new_job_leads_to_itself_and_its_dataset() -> None:
    answers = DOCUMENT["paths"]["/api/jobs"]["post"]["responses"]
    for status in ("200", "202"):
        assert {"cancel_job", "list_tables", "get_report"} <= answers[status]["links"].keys()
