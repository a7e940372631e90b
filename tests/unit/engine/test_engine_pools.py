"""Pools and columns by dictionary: the same strings, and nothing kept when the pool is gone."""

import gc
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from cartload.columns import arrays, pools
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import arrow_schema
from cartload.spec import parse, resolve


@pytest.mark.parametrize(
    "strings", [["x"], [None], ["ab", "cd"], ["a", "bc"], ["ü", "ab"], ["ab", None, "cd"], ["", ""]]
)
def test_plain_columns_are_what_the_coded_ones_say(strings: list[str | None]) -> None:
    pool = arrays.pool(strings)
    indices = np.arange(7) % len(strings)
    shown = np.array([True, False, True, True, False, True, True])
    assert arrays.text(pool, indices).to_pylist() == [strings[index] for index in indices]
    masked = arrays.take(pool, indices, shown)
    expected = [strings[index] if seen else None for index, seen in zip(indices, shown, strict=True)]
    assert masked.to_pylist() == arrays.plain(masked).to_pylist() == expected
    assert arrays.plain(masked.slice(2, 4)).to_pylist() == expected[2:6]
    assert arrays.plain(masked.slice(0, 0)).to_pylist() == []


def test_slices_of_a_pool_are_other_strings() -> None:
    whole = arrays.pool(["ab", "cd", "ef"])
    part = pools.known(whole.slice(1))
    assert arrays.text(part, np.array([0, 1, 0])).to_pylist() == ["cd", "ef", "cd"]
    assert arrays.text(whole, np.array([0, 1, 0])).to_pylist() == ["ab", "cd", "ab"]


def test_a_pool_is_forgotten_with_its_array() -> None:
    made: Any = arrays.pool(["one", "two"])
    same = pa.Array.from_buffers(pa.string(), 2, made.buffers())
    assert pools.of(same) is not None
    del made
    gc.collect()
    assert pools.of(same) is None


def test_plain_batches_have_the_schemas_types() -> None:
    spec = resolve(parse({"customers": 20}))
    engine = Engine(spec)
    for chunk in plan(spec, Segment(0, 20), catalogue=True):
        for name, coded in engine.generate(chunk, dictionaries=True).items():
            plain = engine.plain(name, coded)
            plain.validate(full=True)
            assert plain.schema == arrow_schema(name, "uuid")
            assert plain.to_pylist() == coded.to_pylist()


def test_a_result_is_computed_once_for_each_key() -> None:
    strings: Any = arrays.pool(["one", "two"])
    known = pools.of(strings)
    assert known is not None
    calls: list[str] = []

    def computed(name: str) -> str:
        calls.append(name)
        return name

    assert known.kept("a", lambda: computed("a")) == known.kept("a", lambda: computed("other")) == "a"
    assert known.kept("b", lambda: computed("b")) == "b"
    assert calls == ["a", "b"]


def test_what_is_known_is_found_whoever_made_the_array_object() -> None:
    strings: Any = arrays.pool(["one", "two"])
    coded = arrays.take(strings, np.array([1, 0]))
    assert pools.of(coded.dictionary) is pools.of(strings) is not None
    assert pools.of(strings.slice(1)) is None
    assert pools.of(pa.array(["one", "two"])) is None


def test_pools_of_chunks_are_forgotten_after_a_dozen_others() -> None:
    first: Any = pools.lately(pa.array(["first"]))
    same = pa.Array.from_buffers(pa.string(), 1, first.buffers())
    del first
    gc.collect()
    assert pools.of(same) is not None
    others = [pools.lately(pa.array([str(number)])) for number in range(12)]
    gc.collect()
    assert pools.of(same) is None
    assert all(pools.of(other) is not None for other in others)


def test_a_pool_has_room_behind_its_last_string() -> None:
    for strings in ([], ["x"], ["", "水" * 40]):
        _, offsets, data = arrays.pool(strings).buffers()
        end = np.frombuffer(offsets, np.int32)[len(strings)]
        assert data.size - end >= 16
