"""Merging the services' documents: only public paths, no schema lost to another of its name."""

from cartload_gateway.domain.openapi import merge

OWN = {
    "openapi": "3.1.0",
    "paths": {"/login": {}},
    "components": {"schemas": {"Problem": {"type": "object"}}},
}


def service(path: str, **schemas: object) -> dict[str, object]:
    ref = {"$ref": f"#/components/schemas/{next(iter(schemas))}"}
    return {"paths": {path: {"get": {"schema": ref}}}, "components": {"schemas": schemas}}


def test_only_paths_that_the_gateway_routes_to_the_service_are_shown() -> None:
    auth = service("/api/auth/me", User={"type": "string"})
    auth["paths"] = {**auth["paths"], "/internal/x": {}, "/api/jobs": {}}  # type: ignore[dict-item]
    assert set(merge(OWN, {"auth": auth})["paths"]) == {"/login", "/api/auth/me"}


def test_equal_schemas_are_kept_once() -> None:
    merged = merge(OWN, {"auth": service("/api/auth/me", Problem={"type": "object"})})
    assert set(merged["components"]["schemas"]) == {"Problem"}


def test_different_schemas_of_one_name_are_both_kept() -> None:
    merged = merge(
        OWN,
        {
            "auth": service("/api/auth/me", Page={"type": "string"}),
            "writer": service("/api/datasets/{id}/files", Page={"type": "integer"}),
        },
    )
    schemas = merged["components"]["schemas"]
    assert schemas["Page"] == {"type": "string"}
    assert schemas["writer_Page"] == {"type": "integer"}
    reference = merged["paths"]["/api/datasets/{id}/files"]["get"]["schema"]["$ref"]
    assert reference == "#/components/schemas/writer_Page"


def test_the_gateways_own_document_is_not_changed() -> None:
    merge(OWN, {"auth": service("/api/auth/me", User={})})
    assert OWN["paths"] == {"/login": {}}
