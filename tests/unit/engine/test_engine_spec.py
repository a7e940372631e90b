"""Specs: good defaults, wrong fields named, contradictions refused with both numbers."""

import json
from typing import Any

import pytest

from cartload.spec import PRESETS, Spec, SpecError, parse, resolve, spec_hash


def test_an_empty_spec_is_good() -> None:
    spec = parse({})
    assert (spec.customers, spec.ids, spec.currency, spec.format) == (1000, "uuid", "USD", "parquet")


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_good(name: str) -> None:
    assert parse(PRESETS[name]).name == name


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"nothing": 1}, "nothing"),
        ({"customers": 0}, "customers"),
        ({"customers": 100_000_001}, "customers"),
        ({"customers": "5"}, "customers"),
        ({"customers": 5.0}, "customers"),
        ({"customers": True}, "customers"),
        ({"customers": None}, "customers"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**53}, "seed"),
        ({"ids": "ulid"}, "ids"),
        ({"currency": "usd"}, "currency"),
        ({"name": "  "}, "name"),
        ({"locales": {}}, "locales"),
        ({"locales": {"xx_XX": 1}}, "locales.xx_XX"),
        ({"locales": {"de_DE": 0}}, "locales.de_DE"),
        ({"window": {"start": "2025-13-01"}}, "window.start"),
        ({"window": {"start": "2025-02-01", "end": "2025-01-01"}}, "window"),
        ({"window": {"start": "1990-01-01", "end": "2050-01-01"}}, "window"),
        ({"growth": float("nan")}, "growth"),
        ({"growth": 1.00001}, "growth"),
        ({"orders": {"items": 0.5}}, "orders.items"),
        ({"orders": []}, "orders"),
        ({"season": {"week": [1, 2]}}, "season.week"),
        (
            {"season": {"events": [{"name": "x", "month": 13, "day": 1, "factor": 2}]}},
            "season.events.0.month",
        ),
        ({"tax": {"rates": {"DE": 0.9}}}, "tax.rates.DE"),
        ({"format": "xml"}, "format"),
    ],
)
def test_wrong_fields_are_named(raw: dict[str, Any], field: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse(raw)
    assert [error["field"] for error in caught.value.errors] == [field]
    json.dumps(caught.value.errors, allow_nan=False)


@pytest.mark.parametrize(
    ("raw", "field", "numbers"),
    [
        (
            {"catalogue": {"categories": 9, "products": 8}, "wishlist": {"per_customer": 0}},
            "catalogue.products",
            "8 9",
        ),
        (
            {"catalogue": {"products": 400_000, "skus_per_product": 3}},
            "catalogue.skus_per_product",
            "1200000 1000000",
        ),
        ({"catalogue": {"products": 60}, "orders": {"items": 4}}, "orders.items", "44 30"),
        ({"catalogue": {"products": 60}, "wishlist": {"per_customer": 9}}, "wishlist.per_customer", "80 60"),
        (
            {"locales": {"de_DE": 1}, "inventory": {"centers_per_sku": 3.5}},
            "inventory.centers_per_sku",
            "3.5 3",
        ),
    ],
)
def test_contradictions_are_refused_with_both_numbers(raw: dict[str, Any], field: str, numbers: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse(raw)
    messages = {error["field"]: error["message"] for error in caught.value.errors}
    assert field in messages
    assert all(number in messages[field].split() for number in numbers.split())


def test_resolving_freezes_the_catalogue_and_is_idempotent() -> None:
    resolved = resolve(parse({"customers": 40_000}))
    assert resolved.catalogue.products == 4000
    assert resolve(resolved) == resolved
    assert resolve(parse({})).catalogue.products == 100
    assert resolve(parse({"customers": 100_000_000})).catalogue.products == 50_000


def test_default_catalogues_are_large_enough_for_baskets_and_wishes() -> None:
    resolved = resolve(parse({"customers": 1, "orders": {"items": 10}, "wishlist": {"per_customer": 20}}))
    assert (resolved.catalogue.products or 0) >= 168


def test_a_resolved_spec_survives_json() -> None:
    resolved = resolve(parse({"customers": 77, "window": {"start": "2023-05-01"}}))
    again = parse(json.loads(resolved.model_dump_json()))
    assert again == resolved
    assert spec_hash(again) == spec_hash(resolved)


def test_the_hash_is_of_values_not_of_spelling() -> None:
    assert spec_hash(parse({"growth": 1, "orders": {"items": 2}})) == spec_hash(
        parse({"orders": {"items": 2.0}, "growth": 1.0})
    )
    assert spec_hash(parse({})) != spec_hash(parse({"seed": 2}))
    assert len(spec_hash(parse({}))) == 64


def test_the_json_schema_tells_defaults_bounds_and_meanings() -> None:
    schema = Spec.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["customers"]["maximum"] == 100_000_000
    undescribed = [
        f"{title}.{name}"
        for title, model in {"Spec": schema, **schema["$defs"]}.items()
        for name, field in model["properties"].items()
        if "description" not in field
    ]
    assert undescribed == []
