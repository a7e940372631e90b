"""OpenAPI links: which answers hold the ids that other calls need, so that tools find their way alone."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

type Document = dict[str, Any]

_JOB = {"job_id": "$response.body#/id", "dataset_id": "$response.body#/dataset_id"}
_PATH_DATASET = {"dataset_id": "$request.path.dataset_id"}
_STREAM = {"stream_id": "$response.body#/id", "dataset_id": "$response.body#/dataset_id"}
_PATH_SHOP = {"shop_id": "$request.path.shop_id"}
_SOURCES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("post", "/api/jobs"): _JOB,
    ("get", "/api/jobs/{job_id}"): _JOB,
    ("get", "/api/jobs"): {
        "job_id": "$response.body#/items/0/id",
        "dataset_id": "$response.body#/items/0/dataset_id",
    },
    ("post", "/api/streams"): _STREAM,
    ("get", "/api/streams/{stream_id}"): _STREAM,
    ("get", "/api/streams"): {
        "stream_id": "$response.body#/items/0/id",
        "dataset_id": "$response.body#/items/0/dataset_id",
    },
    ("post", "/api/shops"): {"shop_id": "$response.body#/id"},
    ("get", "/api/shops/{shop_id}"): {"shop_id": "$response.body#/id"},
    ("get", "/api/shops"): {"shop_id": "$response.body#/items/0/id"},
    ("get", "/api/shops/{shop_id}/products"): {
        **_PATH_SHOP,
        "product_id": "$response.body#/items/0/id",
        "sku_id": "$response.body#/items/0/skus/0/id",
    },
    ("get", "/api/datasets"): {
        "dataset_id": "$response.body#/items/0/id",
        "job_id": "$response.body#/items/0/jobs/0",
    },
    ("get", "/api/datasets/{dataset_id}"): {
        "dataset_id": "$response.body#/id",
        "job_id": "$response.body#/jobs/0",
    },
    ("get", "/api/datasets/{dataset_id}/tables"): {
        **_PATH_DATASET,
        "table": "$response.body#/items/0/name",
    },
    ("get", "/api/datasets/{dataset_id}/files"): {
        **_PATH_DATASET,
        "table": "$response.body#/items/0/table",
        "part": "$response.body#/items/0/name",
    },
    ("get", "/api/admin/jobs"): {"job_id": "$response.body#/items/0/id"},
    ("get", "/api/admin/users"): {"user_id": "$response.body#/items/0/id"},
    ("get", "/api/admin/dead-letters"): {"letter_id": "$response.body#/items/0/id"},
    ("post", "/api/auth/tokens"): {"token_id": "$response.body#/id"},
    ("get", "/api/auth/sessions"): {"session_id": "$response.body#/items/0/id"},
    ("get", "/api/auth/tokens"): {"token_id": "$response.body#/items/0/id"},
    ("post", "/generate_raw"): {"parent_job_id": "$response.body#/parentJobId"},
    ("get", "/list_parent_jobs"): {"parent_job_id": "$response.body#/parentJobIds/0"},
}
"""By call: where in its answer, or its own path, the path parameters of other calls are found."""

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def add_links(document: Document) -> None:
    """Link each source to every call whose path parameters it knows, and to whom it adds at least one."""
    for method, path, operation in list(_operations(document)):
        known = _SOURCES.get((method, path))
        if known is None:
            continue
        links = {
            target["operationId"]: {
                "operationId": target["operationId"],
                "parameters": {name: known[name] for name in needed},
            }
            for needed, target in _targets(document)
            if needed <= known.keys() and target is not operation and _is_news(needed, known)
        }
        # Only a success has a body with ids in it.
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                answer["links"] = links


def _is_news(needed: set[str], known: Mapping[str, str]) -> bool:
    return any(known[name].startswith("$response") for name in needed)


def _targets(document: Document) -> Iterator[tuple[set[str], dict[str, Any]]]:
    for _, path, operation in _operations(document):
        if needed := set(re.findall(r"{(\w+)}", path)):
            yield needed, operation


def _operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield method, path, operation
