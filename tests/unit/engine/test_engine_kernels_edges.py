"""The compiled loops at their edges: nothing, one, the longest, and bytes beyond ASCII."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.kernels import hashes, library, loops, strings
from cartload.kernels.signatures import SIGNATURES, Array
from cartload.randomness.draws import keys
from cartload.randomness.fixed_point import exponentials

FIRST, SECOND = keys("a key of tests", count=2)
NONE = np.empty(0, np.int64)
FACTOR = np.uint64(0x9FB21C651E98DF25)


def decoded(offsets: Any, data: Any) -> list[str]:
    """The strings between Arrow's offsets."""
    return [bytes(data[start:end]).decode() for start, end in pairwise(offsets.tolist())]


EMPTY: dict[str, Callable[[], Any]] = {
    "scramble": lambda: loops.scramble(NONE, FIRST, SECOND),
    "owners": lambda: loops.owners(NONE, 0),
    "places": lambda: loops.places(NONE, 0),
    "group_sums": lambda: loops.group_sums(NONE, NONE),
    "later_doubles": lambda: loops.later_doubles(NONE, NONE, 0),
    "systematic": lambda: loops.systematic(NONE, NONE, NONE, NONE),
    "sampling_keys": lambda: loops.sampling_keys(NONE, NONE, exponentials(), 0),
    "weighted_sample": lambda: loops.weighted_sample(NONE, NONE, NONE),
    "find": lambda: loops.find(np.zeros(1, np.int64), np.zeros(1, np.int64), 0, NONE),
    "favourites": lambda: loops.favourites(NONE.view(np.uint64), np.zeros(4096, np.int64), 3),
    "uuids": lambda: strings.uuids(NONE, FIRST, SECOND),
    "name_uuids": lambda: strings.name_uuids(bytes(16), pa.array([], pa.string())),
    "numbered": lambda: strings.numbered("A-", NONE, 4),
    "digits": lambda: strings.digits(NONE)[1],
    "text_words": lambda: hashes.text_words(None, np.zeros(1, np.int32), FACTOR),
}


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_in_nothing_out(name: str) -> None:
    assert len(EMPTY[name]()) == 0


def test_groups_that_are_all_empty_have_no_rows_and_sums_of_zero() -> None:
    empty = np.zeros(5, np.int64)
    assert loops.owners(empty, 0).tolist() == loops.places(empty, 0).tolist() == []
    assert loops.group_sums(NONE, empty).tolist() == [0] * 5


@pytest.mark.parametrize("count", [1, 3, 4, 5, 1000])
def test_the_last_group_may_be_smaller_or_larger_than_what_loops_write_at_once(count: int) -> None:
    counts = np.array([2, count])
    assert loops.owners(counts, 2 + count).tolist() == [0, 0] + [1] * count
    assert loops.places(counts, 2 + count).tolist() == [0, 1, *range(count)]


def test_sums_wrap_around_and_come_right_again() -> None:
    largest = 2**63 - 1
    values = np.array([largest, largest, 2, -5])
    assert loops.group_sums(values, np.array([1, 2, 1])).tolist() == [largest, -(2**63) + 1, -5]


def test_equal_values_of_other_owners_are_no_doubles() -> None:
    owner, value = np.array([0, 0, 1, 1, 2]), np.array([7, 8, 7, 7, 7])
    assert loops.later_doubles(owner, value, 2).tolist() == [3]


def test_the_largest_owner_and_value_do_not_run_into_each_other() -> None:
    owner = np.array([2**24 - 2, 2**24 - 2, 2**24 - 1, 2**24 - 1])
    value = np.array([2**40 - 1, 0, 2**40 - 1, 2**40 - 1])
    assert loops.later_doubles(owner, value, 2).tolist() == [3]


@pytest.mark.parametrize(("quota", "chosen"), [(0, 0), (1, 1), (65_535, 65_535), (65_536, 65_536)])
def test_a_sample_from_the_largest_block(quota: int, chosen: int) -> None:
    keys_of_rows = np.full(65_536, 2**46 - 1)
    found = loops.weighted_sample(keys_of_rows, np.array([65_536]), np.array([quota]))
    assert found.sum() == chosen
    assert found[:chosen].all()  # of equal keys the earlier rows are chosen


def test_a_quota_above_the_blocks_size_chooses_all_of_it() -> None:
    found = loops.weighted_sample(np.array([5, 1, 9]), np.array([2, 1]), np.array([7, 0]))
    assert found.tolist() == [True, True, False]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30))
def test_numbers_above_0_become_their_digits(numbers: list[int]) -> None:
    found = decoded(*strings.digits(np.array(numbers, np.int64)))
    assert found == [str(number) if number > 0 else "" for number in numbers]


@settings(deadline=None, max_examples=20)
@given(
    st.text("abcXYZ-09_", max_size=12), st.lists(st.integers(0, 10**6 - 1), max_size=9), st.integers(6, 12)
)
def test_numbered_pads_with_zeros(prefix: str, numbers: list[int], digits: int) -> None:
    found = strings.numbered(prefix, np.array(numbers, np.int64), digits)
    assert [bytes(row).decode() for row in found] == [f"{prefix}{number:0{digits}}" for number in numbers]


LETTERS = st.text("aZ'é水🍌", max_size=40)


@settings(deadline=None, max_examples=25)
@given(st.data(), st.integers(0, 9))
def test_joined_puts_texts_together_row_by_row_and_leaves_null_out(data: st.DataObject, rows: int) -> None:
    plain = data.draw(st.lists(LETTERS, min_size=rows, max_size=rows))
    pool = data.draw(st.lists(LETTERS, min_size=1, max_size=4))
    codes = data.draw(
        st.lists(st.one_of(st.none(), st.integers(0, len(pool) - 1)), min_size=rows, max_size=rows)
    )
    columns = [
        strings.Strings(pa.array(plain, pa.string())),
        strings.Strings(pa.array(pool, pa.string()), pa.array(codes, pa.int32())),
    ]
    offsets, out = strings.joined(columns, rows)
    expected = [
        own + (pool[code] if code is not None else "") for own, code in zip(plain, codes, strict=True)
    ]
    assert decoded(offsets, out) == expected


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 31, 32, 33, 100_000])
def test_joined_copies_strings_of_any_length_at_the_end_of_their_buffer(length: int) -> None:
    text = "é" * (length // 2) + "x" * (length % 2)
    column = strings.Strings(pa.array([text, text]))
    assert decoded(*strings.joined([column, column], 2)) == [text * 2] * 2


def test_joined_reads_slices_where_they_begin() -> None:
    whole = pa.array(["zero", "eins", "zwei", "drei"])
    codes = pa.array([3, None, 0, 1, 2], pa.int32())
    columns = [strings.Strings(whole.slice(1, 2)), strings.Strings(whole, codes.slice(3))]
    assert decoded(*strings.joined(columns, 2)) == ["einseins", "zweizwei"]


def test_more_than_2_gib_of_text_are_refused_before_anything_is_written() -> None:
    column = strings.Strings(pa.array(["x" * 2**20]), pa.array(np.zeros(2048, np.int32)))
    with pytest.raises(OverflowError, match="2147483648 bytes of text in one column"):
        strings.joined([column], 2048)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Plain", "plain-5"),
        ("Tom's  Cup", "toms-cup-5"),
        ("ABC xyz 019", "abc-xyz-019-5"),
        ("A & B", "a-b-5"),
        ("@[`{/:", "--5"),
        ("", "-5"),
    ],
)
def test_slugs_keep_letters_and_digits(name: str, slug: str) -> None:
    assert decoded(*strings.slugs(pa.array([name]), np.array([5]))) == [slug]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.one_of(st.binary(max_size=30), st.binary(min_size=7, max_size=9)), max_size=8))
def test_words_of_texts_depend_on_every_byte_and_the_length(texts: list[bytes]) -> None:
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int32)
    found = hashes.text_words(b"".join(texts), offsets, FACTOR).tolist()
    assert len(set(found)) == len(set(texts))
    for text, word in zip(texts, found, strict=True):
        alone = hashes.text_words(text, np.array([0, len(text)], np.int32), FACTOR)
        assert alone.tolist() == [word]  # whatever stands before and behind it


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 15, 16, 24])
def test_a_nul_at_the_end_is_another_text(length: int) -> None:
    text = b"\xff" * length
    data, offsets = text + text + b"\0", np.array([0, length, 2 * length + 1], np.int32)
    one, other = hashes.text_words(data, offsets, FACTOR).tolist()
    assert one != other


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_function_refuses_another_number_of_arguments(name: str) -> None:
    wanted = len(SIGNATURES[name].arguments)
    with pytest.raises(TypeError, match=f"{name} takes {wanted} arguments, {wanted + 1} were given"):
        library.run(name, *[0] * (wanted + 1))


WITH_ARRAYS = [
    (name, place)
    for name, signature in SIGNATURES.items()
    for place, kind in enumerate(signature.arguments)
    if isinstance(kind, Array)
]


@pytest.mark.parametrize(("name", "place"), WITH_ARRAYS)
def test_every_array_is_checked_before_the_call(name: str, place: int) -> None:
    """With an array of floats in one place and right ones in all others."""
    arguments = [
        np.zeros(8, kind.types[0]) if isinstance(kind, Array) else 0 for kind in SIGNATURES[name].arguments
    ]
    arguments[place] = np.zeros(8, np.float32)
    with pytest.raises(TypeError, match=f"{name}: an array of float32 where a contiguous array of"):
        library.run(name, *arguments)


def test_flags_and_small_integers_become_words() -> None:
    assert loops.group_sums(np.array([True, True, False]), np.array([2, 1], np.int8)).tolist() == [2, 0]
    assert loops.owners(np.array([1, 2], np.uint32), 3).tolist() == [0, 1, 1]
