"""Every field of a spec has bounds: its ends are taken, one step beyond is refused with the bound."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartload.spec import PRESETS, Spec, SpecError, parse, resolve, spec_hash, specfile
from cartload.spec import fields as spec_fields
from cartload.spec.commented_yaml import commented
from cartload.spec.documents import dump_flow, parse_yaml
from cartload.spec.model import scaled, ten_thousandths
from support.any_spec import valid_fields

EVENT = {"name": "Sale", "month": 1, "day": 1, "days": 1, "factor": 2}
ROOMY: dict[str, Any] = {
    "catalogue": {"categories": 1, "skus_per_product": 1},
    "orders": {"items": 1},
    "wishlist": {"per_customer": 0},
    "season": {"events": [EVENT]},
    "clickstream": {"sessions_per_customer": 0.0001, "bounce_rate": 0, "abandonment_rate": 0},
}
"""A spec in which nearly every single field can take any value without contradicting another."""

NUMBERS: list[tuple[str, float, float, float]] = [
    ("customers", 1, 100_000_000, 1),
    ("seed", 0, 2**53 - 1, 1),
    ("growth", 0.1, 10, 0.0001),
    ("catalogue.categories", 1, 22, 1),
    ("catalogue.sub_categories", 1, 6, 1),
    ("catalogue.products", 2, 400_000, 0),
    ("catalogue.skus_per_product", 1, 12, 0.0001),
    ("addresses.per_customer", 1, 8, 0.0001),
    ("orders.per_customer", 0, 50, 0.0001),
    ("orders.items", 1, 10, 0.0001),
    ("orders.quantity", 1, 5, 0.0001),
    ("orders.discount_share", 0, 1, 0.0001),
    ("orders.cancel_rate", 0, 1, 0.0001),
    ("orders.return_rate", 0, 1, 0.0001),
    ("orders.payment_failure_rate", 0, 0.9, 0.0001),
    ("wishlist.per_customer", 0, 50, 0.0001),
    ("reviews.rate", 0, 1, 0.0001),
    ("clickstream.sessions_per_customer", 0, 50, 0.0001),
    ("clickstream.bounce_rate", 0, 1, 0.0001),
    ("clickstream.abandonment_rate", 0, 1, 0.0001),
    ("clickstream.conversion_rate", 0.0025, 0.9499, 0),
    ("inventory.centers", 3, 10, 1),
    ("inventory.centers_per_sku", 1, 10, 0.0001),
    ("skew.products", 0, 2, 0.0001),
    ("skew.customers", 0, 2, 0.0001),
    ("season.week.0", 1, 1000, 1),
    ("season.year.11", 1, 1000, 1),
    ("season.day.23", 1, 1000, 1),
    ("season.events.0.month", 1, 12, 1),
    ("season.events.0.day", 1, 31, 1),
    ("season.events.0.days", 1, 60, 1),
    ("season.events.0.factor", 0.1, 20, 0.0001),
    ("tax.default", 0, 0.5, 0.0001),
    ("tax.rates.DE", 0, 0.5, 0.0001),
    ("shipping.fee", 0, 1_000_000, 1),
    ("shipping.free_from", 0, 100_000_000, 1),
    ("locales.de_DE", 1, 1000, 1),
]
"""Path, least, most, and how far beyond them the next value is; 0 where the bounds are tested elsewhere."""


def spec_with(path: str, value: object) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for section, fields in ROOMY.items():
        raw[section] = dict(fields)
    specfile.set_field(raw, f"{path}={dump_flow(value)}")
    return raw


def errors(raw: dict[str, Any]) -> list[dict[str, Any]]:
    with pytest.raises(SpecError) as caught:
        parse(raw)
    return caught.value.errors


def at(spec: Spec, path: str) -> Any:
    value: Any = spec.model_dump(mode="json")
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


@pytest.mark.parametrize(("path", "least", "most", "_"), NUMBERS)
def test_both_ends_are_taken(path: str, least: float, most: float, _: float) -> None:
    assert [at(parse(spec_with(path, end)), path) for end in (least, most)] == [least, most]


@pytest.mark.parametrize(("path", "least", "most", "step"), [one for one in NUMBERS if one[3]])
def test_one_step_beyond_is_refused_with_field_value_and_bound(
    path: str, least: float, most: float, step: float
) -> None:
    for beyond, bound in ((round(least - step, 4), least), (round(most + step, 4), most)):
        (error,) = errors(spec_with(path, beyond))
        assert (error["field"], error["value"]) == (path, beyond)
        assert error["message"].startswith("Input should be ")
        told = float(error["message"].rpartition(" ")[2])
        assert told in (bound, bound + 1)  # "less than 2**53" is a bound as well.


@pytest.mark.parametrize("path", [path for path, _, _, step in NUMBERS if step == 0.0001])
def test_ratios_have_four_decimals_and_are_numbers(path: str) -> None:
    middle = (
        1.00005 if path not in ("orders.payment_failure_rate", "tax.default", "tax.rates.DE") else 0.20005
    )
    if path.endswith(("share", "rate")) and "failure" not in path:
        middle = 0.50005
    assert errors(spec_with(path, middle)) == [
        {"field": path, "value": middle, "message": "at most four decimals"}
    ]
    for wrong in ("text", True, [1], float("inf"), float("nan")):
        raw = spec_with(path, 1)
        target: Any = raw
        *sections, last = path.split(".")
        for part in sections:
            target = target[int(part)] if isinstance(target, list) else target[part]
        target[last] = wrong
        (error,) = errors(raw)
        assert error["field"] == path


LENGTHS = [
    ("season.week", 7, 7, 100),
    ("season.year", 12, 12, 100),
    ("season.day", 24, 24, 100),
    ("season.events", 0, 20, EVENT),
]


@pytest.mark.parametrize(("path", "least", "most", "entry"), LENGTHS)
def test_lists_have_their_lengths(path: str, least: int, most: int, entry: object) -> None:
    for length in {least, most}:
        assert len(at(parse(spec_with(path, [entry] * length)), path)) == length
    for length in {most + 1, *([least - 1] if least else [])}:
        (error,) = errors(spec_with(path, [entry] * length))
        assert error["field"] == path
        assert f"not {length}" in error["message"]


@pytest.mark.parametrize(
    ("raw", "field", "message"),
    [
        ({"name": "n" * 81}, "name", "String should have at most 80 characters"),
        ({"name": ""}, "name", "String should have at least 1 character"),
        (
            {"season": {"events": [EVENT | {"name": "n" * 41}]}},
            "season.events.0.name",
            "at most 40 characters",
        ),
        ({"season": {"events": [{"name": "x"}]}}, "season.events.0.month", "Field required"),
        ({"ids": "UUID"}, "ids", "Input should be 'uuid' or 'integer'"),
        ({"format": "sql"}, "format", "Input should be 'parquet', 'csv' or 'jsonl'"),
        ({"currency": "EURO"}, "currency", "String should match pattern '^[A-Z]{3}$'"),
        ({"currency": "EUR\n"}, "currency", "String should match pattern"),
        ({"window": {"start": "1989-12-31"}}, "window.start", "greater than or equal to 1990-01-01"),
        ({"window": {"end": "2100-01-01"}}, "window.end", "less than or equal to 2099-12-31"),
        ({"window": {"start": 20240101}}, "window.start", "Input should be a valid date"),
        ({"window": {"start": "2024-02-30"}}, "window.start", "valid date"),
        ({"window": {"begin": "2024-01-01"}}, "window.begin", "no such field: there are start, end"),
        ({"tax": {"rates": {"XX": 0.1}}}, "tax.rates.XX", "Input should be 'US', 'GB'"),
        ({"locales": []}, "locales", "Input should be an object"),
        ({"orders": None}, "orders", "Input should be an object"),
        (
            {"season": {"events": [EVENT | {"color": "red"}]}},
            "season.events.0.color",
            "there are name, month",
        ),
        ({"shipping": {"fee": None}}, "shipping.fee", "Input should be a valid integer"),
    ],
)
def test_other_wrong_values_are_told_with_their_rule(raw: dict[str, Any], field: str, message: str) -> None:
    found = [error for error in errors(raw) if error["field"] == field]
    assert message in found[0]["message"]


@pytest.mark.parametrize(
    ("start", "days", "fits"),
    [
        ("2024-01-01", 0, True),
        ("2000-01-01", 7320, True),
        ("2000-01-01", 7321, False),
        ("2024-01-02", -1, False),
    ],
)
def test_a_window_lasts_a_day_to_twenty_years(start: str, days: int, fits: bool) -> None:
    end = date.fromisoformat(start) + timedelta(days=days)
    raw = {"window": {"start": start, "end": end.isoformat()}}
    if fits:
        assert parse(raw).window.end == end
    else:
        (error,) = errors(raw)
        assert (error["field"], error["message"]) == (
            "window",
            f"end must be 0 to 7320 days after start, is {days}",
        )


def test_all_that_is_wrong_is_told_at_once() -> None:
    raw = {"seed": -1, "orders": {"items": 99, "itms": 1}, "tax": {"rates": {"DE": 2, "XX": 0.1}}}
    assert {error["field"] for error in errors(raw)} == {
        "seed",
        "orders.items",
        "orders.itms",
        "tax.rates.DE",
        "tax.rates.XX",
    }


def test_an_error_shows_values_that_json_can_carry() -> None:
    (error,) = errors({"orders": {"items": float("inf")}})
    assert error["value"] == "inf"
    (error,) = errors({"orders": {"items": ["x" * 1000]}})
    assert len(error["value"]) == 200


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"catalogue": {"categories": 22, "products": 21}}, "catalogue.products"),
        ({"catalogue": {"products": 400_000, "skus_per_product": 2.5001}}, "catalogue.skus_per_product"),
        ({"catalogue": {"products": 60}, "orders": {"items": 3.0001}}, "orders.items"),
        ({"catalogue": {"products": 60}, "wishlist": {"per_customer": 6.5001}}, "wishlist.per_customer"),
        ({"inventory": {"centers": 4, "centers_per_sku": 4.0001}}, "inventory.centers_per_sku"),
    ],
)
def test_what_contradicts_another_field_is_refused_at_once_beyond_its_bound(
    raw: dict[str, Any], field: str
) -> None:
    assert field in {error["field"] for error in errors(raw)}
    section, name = field.split(".")
    less = raw[section][name] - (1e-4 if isinstance(raw[section][name], float) else -1)
    kept = {**raw, section: {**raw[section], name: round(less, 4)}}
    roomy = {"orders": {"items": 1}, "wishlist": {"per_customer": 0}}
    assert parse({**roomy, **kept})


def test_no_basket_is_too_large_where_nothing_is_ordered() -> None:
    assert parse({"catalogue": {"products": 60}, "orders": {"items": 10, "per_customer": 0}})


@pytest.mark.parametrize("field", spec_fields.fields(), ids=lambda field: ".".join(field.path))
def test_every_field_can_be_set_to_what_it_is(field: spec_fields.Field) -> None:
    raw: dict[str, Any] = {}
    specfile.set_field(raw, f"{'.'.join(field.path)}={dump_flow(field.default)}")
    assert parse(raw) == Spec()
    assert field.meaning.endswith(".")
    assert field.allowed


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(valid_fields(most_rows=10**9), st.booleans())
def test_any_spec_is_the_same_from_its_yaml_and_its_json(raw: dict[str, Any], full: bool) -> None:
    spec = parse(raw)
    assert parse(parse_yaml(commented(raw, spec, full=full))) == spec
    resolved = resolve(spec)
    again = parse(resolved.model_dump(mode="json"))
    assert (again, resolve(again), spec_hash(again)) == (resolved, resolved, spec_hash(resolved))


@given(st.integers(0, 10**9), st.integers(0, 500_000))
def test_ratios_are_exact_fractions(count: int, numerator: int) -> None:
    ratio = numerator / 10_000
    assert ten_thousandths(ratio) == numerator
    assert scaled(count, ratio) == count * numerator // 10_000


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_stays_as_it_is_whatever_is_set_in_its_copy(name: str) -> None:
    before = parse(PRESETS[name])
    for field in spec_fields.fields():
        raw = specfile.load(name)
        specfile.set_field(raw, f"{'.'.join(field.path)}=null")
    assert parse(PRESETS[name]) == before
