"""The compiled loops beside what they say they do, in plain Python."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.kernels import library, loops, strings
from cartload.kernels.signatures import C_TYPES, SIGNATURES, Signature
from cartload.randomness.draws import keys
from cartload.randomness.fixed_point import exponentials
from cartload.randomness.sampling import Guide
from support.mixer import mix

_COUNTS = st.lists(st.integers(0, 9), max_size=30)
_WORDS = st.lists(st.integers(0, 2**64 - 1), max_size=40)
_FIRST, _SECOND = keys("a key of tests", count=2)


@settings(deadline=None)
@given(_WORDS)
def test_scramble_mixes_twice(rows: list[int]) -> None:
    numbers = np.array(rows, np.uint64)
    expected = mix(mix(numbers + _FIRST) + _SECOND)
    assert loops.scramble(numbers.view(np.int64), _FIRST, _SECOND).tolist() == expected.tolist()


@settings(deadline=None)
@given(_COUNTS)
def test_owners_and_places_walk_groups(counts: list[int]) -> None:
    rows = [(group, place) for group, count in enumerate(counts) for place in range(count)]
    groups = np.array(counts, np.int64)
    assert loops.owners(groups, len(rows)).tolist() == [group for group, _ in rows]
    assert loops.places(groups, len(rows)).tolist() == [place for _, place in rows]


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-(2**40), 2**40), max_size=6), max_size=12))
def test_group_sums(groups: list[list[int]]) -> None:
    values = np.array([value for group in groups for value in group], np.int64)
    counts = np.array([len(group) for group in groups], np.int64)
    assert loops.group_sums(values, counts).tolist() == [sum(group) for group in groups]


@settings(deadline=None)
@given(
    blocks=st.lists(st.lists(st.integers(0, 2**45), max_size=50), min_size=1, max_size=4),
    quota=st.integers(-1, 60),
)
def test_weighted_sample_chooses_the_smallest_keys_of_each_block(blocks: list[list[int]], quota: int) -> None:
    sort_keys = np.array([key for block in blocks for key in block], np.int64)
    sizes = np.array([len(block) for block in blocks], np.int64)
    chosen = loops.weighted_sample(sort_keys, sizes, np.full(len(blocks), quota)).tolist()
    for block in blocks:
        smallest = sorted(range(len(block)), key=lambda place: (block[place], place))[: max(quota, 0)]
        assert [place for place in range(len(block)) if chosen[place]] == sorted(smallest)
        chosen = chosen[len(block) :]


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=60), st.data())
def test_a_guide_finds_every_position(weights: list[int], data: st.DataObject) -> None:
    running = np.concatenate(([0], np.cumsum(weights)))
    positions = data.draw(st.lists(st.integers(0, int(running[-1]) - 1), max_size=20))
    found = Guide(running).find(np.array(positions, np.int64))
    assert found.tolist() == (np.searchsorted(running, positions, side="right") - 1).tolist()


@pytest.mark.parametrize("position", [-1, 60, 2**62])
def test_a_guide_knows_its_ends(position: int) -> None:
    with pytest.raises(IndexError, match="find: 1 places lie outside"):
        Guide(np.array([0, 10, 60])).find(np.array([0, position]))


@pytest.mark.parametrize(("weight", "word"), [(256, 0), (-1, 0), (1, 1 << 16), (1, -1)])
def test_weights_and_words_of_sampling_keys_have_bounds(weight: int, word: int) -> None:
    with pytest.raises(IndexError, match="sampling_keys"):
        loops.sampling_keys(np.array([weight]), np.array([word]), exponentials(), 0)


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**48 - 1), max_size=20))
def test_uuids_are_written_as_rfc_9562_says(rows: list[int]) -> None:
    numbers = np.array(rows, np.int64)
    secrets = loops.scramble(numbers, _FIRST, _SECOND).tolist()
    for text, row, secret in zip(strings.uuids(numbers, _FIRST, _SECOND), rows, secrets, strict=True):
        version, variant = 0x8000 | secret >> 52, 0x8000 | secret >> 48 & 0x3FFF
        digits = f"{row:012x}{version:04x}{variant:04x}{secret & (1 << 48) - 1:012x}"
        groups = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        assert bytes(text).decode() == "-".join(groups)


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=16), st.lists(st.text(max_size=150), max_size=8))
def test_name_uuids_are_those_of_rfc_9562(namespace: bytes, names: list[str]) -> None:
    found = strings.name_uuids(namespace, pa.array(names, pa.string()))
    expected = [str(uuid5(UUID(bytes=namespace), name)) for name in names]
    assert [bytes(text).decode() for text in found] == expected


@settings(deadline=None)
@given(_WORDS, st.integers(1, 9))
def test_favourites_differ_where_there_are_enough(words: list[int], categories: int) -> None:
    category = np.arange(4096) % categories
    found = loops.favourites(np.array(words, np.uint64), category, categories).reshape(-1, 4).tolist()
    for word, four in zip(words, found, strict=True):
        assert four[0] == category[word >> 52]
        assert len(set(four)) == min(4, categories)


def declared_in_c() -> dict[str, Signature]:
    """The functions that the C sources export."""
    found = {}
    for source in Path(library.__file__).parent.glob("*.c"):
        for answer, name, arguments in re.findall(r"^(void|i64) (\w+)\(([^)]*)\)", source.read_text(), re.M):
            types = [
                re.sub(r"\w+$", "", one.strip()).strip() for one in arguments.split(",") if one != "void"
            ]
            found[name] = Signature(tuple(C_TYPES[one] for one in types), answer == "i64")
    return found


def test_the_declared_types_are_those_of_the_c_sources() -> None:
    assert declared_in_c() == SIGNATURES


_NUMBERS = np.arange(4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((_NUMBERS.astype(np.int32), 4, np.empty(9, np.int64)), "an array of int32 where a contiguous array"),
        ((_NUMBERS.astype(np.float64), 4, np.empty(9, np.int64)), "an array of float64"),
        ((np.arange(8)[::2], 4, np.empty(9, np.int64)), "a scattered array of int64"),
        (
            (_NUMBERS, 4, np.empty(9, np.uint8)),
            "an array of uint8 where a contiguous array of int64 or uint64",
        ),
        (([1, 2], 2, np.empty(9, np.int64)), "a list where"),
        ((_NUMBERS.ctypes.data, 4, np.empty(9, np.int64)), "a int where"),
        ((_NUMBERS, 4, np.frombuffer(bytes(72), np.int64)), "an array to write to is read-only"),
        ((_NUMBERS, 4), "owners takes 3 arguments, 2 were given"),
    ],
)
def test_what_is_not_as_declared_never_reaches_the_library(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError, match=f"owners.*{message}|{message}"):
        library.run("owners", *arguments)


def test_read_only_arrays_can_be_read() -> None:
    counts = np.frombuffer(np.array([1, 2], np.int64).tobytes(), np.int64)
    assert loops.owners(counts, 3).tolist() == [0, 1, 1]


def test_arrays_of_other_layouts_are_copied() -> None:
    every_other = np.arange(20)[::2]
    expected = loops.scramble(every_other.copy(), _FIRST, _SECOND).tolist()
    assert loops.scramble(every_other, _FIRST, _SECOND).tolist() == expected


def test_a_library_that_was_not_built_is_named(tmp_path: Path) -> None:
    sources = Path(library.__file__).parents[2]
    ignored = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(sources / "cartload", tmp_path / "cartload", ignore=ignored)
    code = "import cartload.kernels.library"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "was not built: install the package, or run its hatch_build.py" in done.stderr
