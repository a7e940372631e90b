"""From user input to a spec that can be made.

``{}`` is a good spec. :func:`parse` checks user input, :func:`resolve` freezes what would otherwise depend on
the number of customers, so that an append to the resolved spec continues the same dataset.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from cartload.spec import counts
from cartload.spec import fields as spec_fields
from cartload.spec.model import Spec
from cartload.spec.validation import Contradiction, contradictions

_FEWEST_PRODUCTS: Final = 60
_MOST_DEFAULT_PRODUCTS: Final = 50_000


class SpecError(ValueError):
    """A spec that cannot be made; ``errors`` names each field by dotted path, its value and the reason."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(f"{error['field']}: {error['message']}" for error in errors))
        self.errors = errors


def parse(raw: Mapping[str, Any]) -> Spec:
    """The spec in ``raw``, not resolved. Raises :class:`SpecError` on unknown, wrong or clashing fields."""
    try:
        # Through JSON, since strict validation of JSON takes dates from texts and tuples from lists, but
        # numbers from numbers only. Of Python objects it would take neither.
        spec = Spec.model_validate_json(json.dumps(dict(raw), default=str), strict=True)
    except ValidationError as error:
        raise SpecError([_field_error(found) for found in _causes(error)]) from None
    # Only to find contradictions: some depend on defaults that are filled in here.
    resolve(spec)
    return spec


def resolve(spec: Spec) -> Spec:
    """The spec with every size-dependent default filled in; idempotent. Raises :class:`SpecError`."""
    products = spec.catalogue.products
    if products is None:
        products = _default_products(spec)
    catalogue = spec.catalogue.model_copy(update={"products": products})
    resolved = spec.model_copy(update={"catalogue": catalogue})
    found = contradictions(resolved)
    if found:
        raise SpecError([_as_error(one) for one in found])
    return resolved


def spec_hash(spec: Spec) -> str:
    """SHA-256 in hex over the spec's canonical JSON (sorted keys, no spaces, UTF-8)."""
    # The checked values and not what was typed, so that 1, 1.0 and a default that is left out are one spec.
    document = spec.model_dump(mode="json")
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _default_products(spec: Spec) -> int:
    usual = min(max(spec.customers // 10, _FEWEST_PRODUCTS), _MOST_DEFAULT_PRODUCTS)
    return max(usual, 2 * counts.largest_basket(spec), counts.most_wishes(spec))


def _as_error(found: Contradiction) -> dict[str, Any]:
    return {"field": found.field, "value": found.value, "message": found.message}


def _causes(error: ValidationError) -> list[Any]:
    """The errors without those that only follow from others."""
    # Pydantic counts the entries of a list without the wrong ones: one wrong weight of seven would be
    # an error of its own, and six weights where seven are asked for another.
    found = error.errors(include_url=False)
    inside = {errors["loc"][:-1] for errors in found}
    return [one for one in found if one["type"] != "too_short" or one["loc"] not in inside]


def _field_error(found: Any) -> dict[str, Any]:
    field = ".".join(str(part) for part in found["loc"] if part != "[key]") or "spec"
    return {"field": field, "value": _shown(found["input"]), "message": _message(found)}


def _message(found: Any) -> str:
    if found["type"] == "extra_forbidden":
        options = spec_fields.names([str(part) for part in found["loc"][:-1]])
        return f"no such field: there are {', '.join(options)}"
    message: str = found["msg"]
    return message.removeprefix("Value error, ")


def _shown(value: Any) -> Any:
    """A value as strict JSON can carry it."""
    plain = isinstance(value, str | int | type(None)) or (isinstance(value, float) and math.isfinite(value))
    return value if plain else repr(value)[:200]
