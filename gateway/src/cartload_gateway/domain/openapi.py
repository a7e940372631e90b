"""One OpenAPI document for all services: only what the gateway routes, schemas merged by name."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cartload_gateway.domain.openapi_links import add_links
from cartload_gateway.domain.routing import upstream_of

type Document = dict[str, Any]

_SCHEMAS = "#/components/schemas/"


def merge(own: Document, services: Mapping[str, Document]) -> Document:
    """The gateway's own document with the public paths of each service.

    A schema that two services define differently is kept twice, the later under `<service>_<name>`.
    """
    # A copy: the links below are written into it, and the gateway's own document is kept for the next time.
    merged: Document = json.loads(json.dumps(own))
    paths = merged.setdefault("paths", {})
    components = merged.setdefault("components", {})
    for service, document in services.items():
        renamed = _renamed(components.get("schemas", {}), document, service)
        rewritten = _rewrite(document, renamed)
        paths.update(_public_paths(rewritten, service))
        for kind, entries in rewritten.get("components", {}).items():
            named = {renamed.get(n, n): e for n, e in entries.items()} if kind == "schemas" else entries
            components.setdefault(kind, {}).update(named)
    add_links(merged)
    return merged


def _public_paths(document: Document, service: str) -> Iterator[tuple[str, Any]]:
    return ((path, item) for path, item in document.get("paths", {}).items() if upstream_of(path) == service)


def _renamed(kept: Mapping[str, Any], document: Document, service: str) -> dict[str, str]:
    schemas = document.get("components", {}).get("schemas", {})
    different = {name for name, schema in schemas.items() if kept.get(name, schema) != schema}
    # Two schemas may read the same and mean different things, by a reference to a schema that is different:
    # so whatever refers to a renamed one and would replace another is renamed too, until nothing is added.
    while more := {
        name
        for name, schema in schemas.items()
        if name in kept and name not in different and different & set(_references(schema))
    }:
        different |= more
    return {name: f"{service}_{name}" for name in different}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            yield reference.removeprefix(_SCHEMAS)
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _references(item)


def _rewrite(node: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _rewrite_value(key, value, renamed) for key, value in node.items()}
    if isinstance(node, list):
        return [_rewrite(item, renamed) for item in node]
    return node


def _rewrite_value(key: str, value: Any, renamed: Mapping[str, str]) -> Any:
    if key == "$ref" and isinstance(value, str):
        name = value.removeprefix(_SCHEMAS)
        return _SCHEMAS + renamed.get(name, name) if value.startswith(_SCHEMAS) else value
    return _rewrite(value, renamed)
