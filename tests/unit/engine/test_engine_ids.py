"""Ids: version 8, growing with the rows, computed from the row number and back."""

import uuid

import numpy as np
import pytest

from cartload.randomness.draws import Randomness
from cartload.tables.ids import id_column, numbered, row_number


def test_uuids_are_version_8_and_grow_with_the_rows() -> None:
    rows = np.array([0, 1, 65_535, 65_536, 2**32 - 1, 2**32, 2**47])
    keys = id_column("uuid", Randomness(3), "users", rows).to_pylist()
    assert keys == sorted(keys)
    for key, row in zip(keys, rows.tolist(), strict=True):
        parsed = uuid.UUID(key)
        assert str(parsed) == key
        assert (parsed.version, parsed.variant) == (8, uuid.RFC_4122)
        assert row_number(key) == row


def test_integers_start_at_one() -> None:
    assert id_column("integer", Randomness(3), "users", np.arange(3)).to_pylist() == [1, 2, 3]
    assert row_number(1) == 0


def test_uuids_depend_on_seed_and_table() -> None:
    row = np.array([5])
    made = {
        id_column("uuid", Randomness(seed), table, row)[0].as_py()
        for seed in (1, 2)
        for table in ("users", "addresses")
    }
    assert len(made) == 4


@pytest.mark.parametrize(("number", "text"), [(1, "A-00000001"), (12345678, "A-12345678")])
def test_numbered(number: int, text: str) -> None:
    assert numbered("A-", np.array([number]), 8).to_pylist() == [text]
