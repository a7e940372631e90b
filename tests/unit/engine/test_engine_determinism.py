"""The same values on every machine, in every grouping and order, before and after an append."""

import json
import os
import subprocess
import sys

import pytest

from cartload import VINTAGE
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.randomness.draws import places, seed_keys
from cartload.randomness.register import FAMILIES
from cartload.schema import TABLE_NAMES
from cartload.spec import parse, resolve
from support import golden
from support.golden import hashes

GOLDEN = json.loads(golden.FILE.read_text())


@pytest.mark.parametrize("name", golden.SPECS)
def test_golden_hashes_guard_the_vintage(name: str) -> None:
    assert GOLDEN["vintage"] == VINTAGE
    assert golden.hashes_of(name) == GOLDEN["hashes"][name]


def test_the_vocabulary_is_part_of_the_vintage() -> None:
    assert golden.vocabulary() == GOLDEN["vocabulary"]


def test_the_register_is_only_appended_to() -> None:
    now = golden.register()
    for family, fields in GOLDEN["register"].items():
        assert f"{now[family]} ".startswith(f"{fields} ")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_field_or_family_changes_no_value_there_is(family: str) -> None:
    fields = FAMILIES[family]
    room = 64 - sum(width for _, width in fields)
    before, after = places(fields), places((*fields, ("new", room)))
    assert {name: after[name] for name in before} == before
    assert after["new"] == (0, room)
    keys = {seed_keys(5, name) for name in (*FAMILIES, "another.family")}
    assert len(keys) == len(FAMILIES) + 1


def test_golden_hashes_without_the_cpus_vector_instructions() -> None:
    features = (
        "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR X86_V3 X86_V4"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "support.golden", "integers"],
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": features, "PYTHONPATH": str(golden.TESTS)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [GOLDEN["hashes"]["integers"]]


@pytest.mark.parametrize("grouping", [1, 2, 3, 7])
def test_chunk_size_and_order_change_nothing(grouping: int) -> None:
    spec = resolve(parse({"customers": 5300, "ids": "integer", "clickstream": {"sessions_per_customer": 1}}))
    segment = Segment(0, spec.customers)
    usual = hashes(spec, plan(spec, segment, catalogue=True))
    other = plan(spec, segment, catalogue=True, blocks_per_chunk=grouping)
    assert hashes(spec, reversed(list(other))) == usual


def test_every_block_is_made_alone_as_among_others() -> None:
    spec = resolve(parse({"customers": 3000, "clickstream": {"sessions_per_customer": 1}}))
    engine = Engine(spec)
    whole = engine.generate(plan(spec, Segment(0, 3000), catalogue=False, blocks_per_chunk=3)[0])
    parts = [engine.generate(plan(spec, Segment(block, 1000), catalogue=False)[0]) for block in range(3)]
    for name, batch in whole.items():
        rows = [row for part in parts for row in part[name].to_pylist()]
        assert batch.to_pylist() == rows


def test_an_append_continues_the_dataset() -> None:
    spec = resolve(parse({"customers": 2000}))
    first, second = Segment(0, 2000), Segment(2, 3000)
    assert first.end_block == second.first_block
    parts = [*plan(spec, first, catalogue=True), *plan(spec, second, catalogue=False)]
    whole = plan(spec, Segment(0, 5000), catalogue=True)
    assert hashes(spec, parts) == hashes(spec, whole)


def test_no_value_depends_on_the_number_of_customers_once_resolved() -> None:
    spec = resolve(parse({"customers": 2000}))
    more = spec.model_copy(update={"customers": 900_000, "name": "other", "format": "csv"})
    chunk = plan(spec, Segment(0, 2000), catalogue=False)[0]
    assert hashes(spec, [chunk]) == hashes(more, [chunk])


def test_another_seed_makes_other_rows() -> None:
    fields = {"customers": 10, "clickstream": {"sessions_per_customer": 1}}
    one, two = (resolve(parse({**fields, "seed": seed})) for seed in (1, 2))
    first, second = (hashes(spec, plan(spec, Segment(0, 10), catalogue=True)) for spec in (one, two))
    assert all(first[name].hex != second[name].hex for name in TABLE_NAMES)
