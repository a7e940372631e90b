"""Lines that do not fit into memory come back sorted."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.writers.external_sort import ExternalSort, Lines

KEYS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2**62), st.binary(max_size=40)), max_size=60)


def lines(rows: list[tuple[int, int, bytes]]) -> Lines:
    times, ranks, texts = ([row[place] for row in rows] for place in range(3))
    return Lines(np.array(times, np.int64), np.array(ranks, np.int64), pa.array(texts, pa.large_binary()))


def given_back(sort: ExternalSort) -> list[tuple[int, int, bytes]]:
    return [
        (int(time), int(rank), line)
        for some in sort.merged()
        for time, rank, line in zip(some.times, some.ranks, some.lines.to_pylist(), strict=True)
    ]


@settings(deadline=None)
@given(st.lists(KEYS, max_size=8), st.integers(1, 400), st.integers(1, 60), st.integers(1, 200))
def test_all_lines_come_in_order(
    parts: list[list[tuple[int, int, bytes]]], run_bytes: int, piece_bytes: int, merged_bytes: int
) -> None:
    unique = {row[:2]: row for part in parts for row in part}
    sort = ExternalSort(run_bytes, piece_bytes=piece_bytes, merged_bytes=merged_bytes)
    try:
        for part in parts:
            sort.add(lines([row for row in part if unique[row[:2]] is row]))
        assert given_back(sort) == sorted(unique.values(), key=lambda row: row[:2])
    finally:
        sort.close()


def test_many_pieces_are_merged_a_few_at_a_time() -> None:
    random = np.random.default_rng(5)
    times = random.integers(0, 1000, 60_000)
    rows = [(int(time), place, b"x" * 100) for place, time in enumerate(times)]
    sort = ExternalSort(700_000, merged_bytes=500_000)
    for start in range(0, len(rows), 5_000):
        sort.add(lines(rows[start : start + 5_000]))
    parts = list(sort.merged())
    assert b"".join(bytes(part.text) for part in parts) == b"x" * 100 * len(rows)
    assert [int(rank) for part in parts for rank in part.ranks] == [rank for _, rank, _ in sorted(rows)]
    # Nine runs of 64 KiB pieces: a part is what was asked for, and of each run a piece more at most.
    assert len(parts) > 5
    assert max(part.nbytes for part in parts) < 500_000 + 10 * 2**16
    sort.close()


def test_the_text_of_a_part_is_its_lines() -> None:
    some = lines([(1, 1, b"one\n"), (1, 2, b""), (2, 1, b"two\n"), (3, 1, b"three\n")])
    assert bytes(some.text) == b"one\ntwo\nthree\n"
    assert bytes(some.slice(1, 3).text) == b"two\n"
    assert bytes(some.slice(2, 2).text) == b""
    assert (len(some), some.nbytes, some.slice(3, 4).nbytes) == (4, 14, 6)


def test_its_file_has_no_name(tmp_path: Path) -> None:
    # In a process of its own, whose only temporary file it is.
    program = """
import numpy, os, pyarrow
from cartload.writers.external_sort import ExternalSort, Lines
sort = ExternalSort(1)
sort.add(Lines(numpy.zeros(1, int), numpy.zeros(1, int), pyarrow.array([b"line"], pyarrow.large_binary())))
print(os.listdir(os.environ["TMPDIR"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[]\n"
