"""JSON of requests: a name that is there twice is refused, not overwritten."""

from typing import Any

import pytest

from cartload_kit.errors import Unprocessable
from cartload_kit.http import loads


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"seed": 1, "seed": 2}', "seed"),
        (b'{"spec": {"tax": {"rates": {"DE": 0.1, "\\u0044E": 0.2}}}}', "DE"),
        (b'[{"password": "a secret", "password": "a secret"}]', "password"),
    ],
)
def test_a_name_twice_is_refused_at_any_depth(body: bytes, name: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        loads(body)
    (error,) = caught.value.errors or []
    assert (error.field, error.message) == (name, "The name is there twice in one object.")
    assert "a secret" not in str(error)


@pytest.mark.parametrize("body", [b'{"a": {"a": 1}, "b": {"a": 1}}', b'[{"a": 1}, {"a": 1}]'])
def test_the_same_name_in_several_objects_is_usual(body: bytes) -> None:
    found: Any = loads(body)
    assert len(found) == 2
