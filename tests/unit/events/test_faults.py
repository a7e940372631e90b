"""Faults in a stream: the ledger explains each difference, and nothing else differs."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.engine.chunks import Segment
from cartload.events.topics import TOPICS
from cartload.faults import plan as fault_plan
from cartload.faults.damage import corrupted, evolved, poisoned
from cartload.faults.plan import KINDS, FaultPlan, FaultPlanError
from cartload.spec import parse, resolve
from cartload.writers.event_stream import EventLines, StreamJob
from cartload.writers.external_sort import Lines
from cartload.writers.fault_ledger import FaultLedger
from cartload.writers.faulty_lines import FaultyLines

EVERYTHING = {kind: {"rate": 0.05} for kind in KINDS}
DELAYED = ("duplicate", "late", "reordered")
type Event = dict[str, Any]


class Kept:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.parts: list[Lines] = []

    def write(self, lines: Lines) -> None:
        self.parts.append(lines)

    def flush(self) -> None:
        """Nothing is on its way."""

    def wait(self, seconds: float) -> None:
        raise AssertionError(seconds)


@cache
def clean() -> Lines:
    """All events of a small shop, in one batch."""
    visits = {"sessions_per_customer": 1}
    spec = resolve(parse({"customers": 60, "catalogue": {"products": 60}, "clickstream": visits}))
    kept = Kept()
    with EventLines(StreamJob(spec, (Segment(0, 60),), TOPICS)) as events:
        events.make(lambda _: None)
        events.write(kept, lambda _: None)
    (lines,) = kept.parts
    return lines


def by_moments(lines: Lines, parts: int) -> Iterator[Lines]:
    """The same in so many batches, each moment in one of them, as a merge gives them."""
    starts = np.flatnonzero(np.diff(lines.times)) + 1
    cuts = sorted({0, len(lines), *starts[:: max(1, len(starts) // parts)].tolist()})
    for start, stop in pairwise(cuts):
        yield lines.slice(start, stop)


def sent(plan: FaultPlan, parts: int = 1) -> tuple[list[bytes], list[Event], list[Lines]]:
    """The lines that are sent, the ledger, and the batches."""
    out = io.BytesIO()
    faulty = FaultyLines(plan, FaultLedger(out))
    batches = list(faulty.of(by_moments(clean(), parts)))
    lines = [line for batch in batches for line in batch.lines.to_pylist()]
    return lines, [json.loads(line) for line in out.getvalue().splitlines()], batches


def repaired(lines: list[bytes], ledger: list[Event]) -> dict[str, Event]:
    """The events that would have been sent: what the page tells people to do."""
    poison = {fault["done"]["id"] for fault in ledger if fault["kind"] == "poison"}
    ids = [identity(line) for line in lines]
    found = {one: line for one, line in zip(ids, lines, strict=True) if one not in poison}
    events = {one: json.loads(line) for one, line in found.items()}
    for fault in ledger:
        if fault["kind"] in ("missing", "corrupt", "new_field"):
            events[fault["event"]["id"]] = fault["event"]
    return events


def identity(line: bytes) -> str:
    """The id of the event, which is behind its time, also of a line that is no JSON."""
    return line.partition(b'Z","id":"')[2][:36].decode()


rates = st.floats(0, 0.2)
plans = st.builds(
    lambda seed, shares, within: fault_plan.parse(
        {
            "seed": seed,
            **{
                kind: {"rate": rate, **({"within": within} if kind in DELAYED else {})}
                for kind, rate in zip(KINDS, shares, strict=True)
            },
        }
    ),
    st.integers(0, 2**63 - 1),
    st.lists(rates, min_size=len(KINDS), max_size=len(KINDS)),
    st.sampled_from([0.001, 1.0, 3600.0, 86_400.0]),
)


@settings(max_examples=25, deadline=None)
@given(plans, st.integers(1, 40))
def test_the_ledger_explains_each_difference(plan: FaultPlan, parts: int) -> None:
    lines, ledger, batches = sent(plan, parts)
    right = {event["id"]: event for event in map(json.loads, clean().lines.to_pylist())}
    assert repaired(lines, ledger) == right
    untouched = right.keys() - {fault["event"]["id"] for fault in ledger}
    assert untouched <= set(map(identity, lines))
    kinds = Counter(fault["kind"] for fault in ledger)
    assert len(lines) == len(right) + kinds["duplicate"] + kinds["poison"] - kinds["missing"]
    assert sent(plan, 1)[0] == lines, "batches make no difference"
    due = np.concatenate([batch.times for batch in batches])
    assert np.all(np.diff(due) >= 0)
    delayed = sorted(fault["done"]["delay_ms"] for fault in ledger if fault["kind"] in DELAYED)
    late = due - np.concatenate([batch.event_times for batch in batches])
    assert sorted(late[late > 0].tolist()) == delayed


def test_no_faults_change_nothing() -> None:
    lines, ledger, _ = sent(fault_plan.parse({"missing": {"rate": 0}}), 7)
    assert lines == clean().lines.to_pylist()
    assert not ledger


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_the_share_that_is_asked_for(kind: str) -> None:
    lines, ledger, _ = sent(fault_plan.parse({kind: {"rate": 0.1}}))
    chosen = {fault["event"]["id"] for fault in ledger}
    assert {fault["kind"] for fault in ledger} == {kind}
    count, most = len(clean()), 6 * (len(clean()) * 0.1 * 0.9) ** 0.5
    assert len(chosen) >= count * 0.1 - most
    # Events behind one that is delayed are delayed as well.
    assert kind == "reordered" or len(chosen) <= count * 0.1 + most
    unchanged = set(lines) & set(clean().lines.to_pylist())
    assert len(unchanged) >= count - len(chosen)


def test_another_seed_chooses_others() -> None:
    first, second = (
        {fault["event"]["id"] for fault in sent(fault_plan.parse({"seed": seed, "late": {"rate": 0.1}}))[1]}
        for seed in (1, 2)
    )
    assert 0 < len(first & second) < len(first) / 2


def test_one_kind_more_leaves_the_choice_of_the_others() -> None:
    alone = sent(fault_plan.parse({"corrupt": {"rate": 0.1}}))[1]
    beside = sent(fault_plan.parse({"corrupt": {"rate": 0.1}, "poison": {"rate": 0.5}}))[1]
    assert [fault for fault in beside if fault["kind"] == "corrupt"] == alone


def test_what_is_reordered_keeps_the_order_of_its_key() -> None:
    lines, ledger, _ = sent(fault_plan.parse({"reordered": {"rate": 0.2, "within": 86_400}}))
    assert ledger
    last: dict[tuple[str, str], int] = {}
    for event in map(json.loads, lines):
        key = (event["topic"], event["key"])
        assert event["sequence"] == last.get(key, 0) + 1
        last[key] = event["sequence"]
    assert lines != clean().lines.to_pylist()


def test_what_is_late_may_be_passed_by_its_own_key() -> None:
    lines, _, _ = sent(fault_plan.parse({"late": {"rate": 0.5, "within": 86_400}}))
    last: Counter[tuple[str, str]] = Counter()
    passed = 0
    for event in map(json.loads, lines):
        key = (event["topic"], event["key"])
        passed += event["sequence"] < last[key]
        last[key] = max(last[key], event["sequence"])
    assert passed


def test_a_new_field_comes_from_its_moment_on() -> None:
    moment = "2025-06-01T00:00:00Z"
    lines, ledger, _ = sent(fault_plan.parse({"new_field": {"rate": 1, "since": moment}}))
    assert ledger
    for event in map(json.loads, lines):
        row = event["data"].get("after", event["data"])
        assert ("schema_version" in row) == (event["time"] > moment)


def test_a_wrong_number_is_the_only_difference() -> None:
    spoilt = 0
    for line in clean().lines.to_pylist()[::7]:
        for draw in range(12):
            damaged = corrupted(line, draw)
            if damaged is None:
                continue
            wrong, done = damaged
            value = f'"{done["field"]}":'.encode()
            assert not done["field"].endswith("id")
            assert wrong != line
            assert identity(wrong) == identity(line)
            json.loads(wrong)
            mended = [
                wrong[:place]
                + wrong[place:].replace(value + done["is"].encode(), value + done["was"].encode(), 1)
                for place in range(len(wrong))
                if wrong.startswith(value, place)
            ]
            assert line in mended
            spoilt += 1
    assert spoilt > 1_000


def test_poison_is_no_json_and_an_event_of_its_own() -> None:
    for line in clean().lines.to_pylist()[::97]:
        for draw in (0, 1, 17, 10**6, 2**64 - 1):
            wrong, done = poisoned(line, draw)
            with pytest.raises(json.JSONDecodeError):
                json.loads(wrong)
            value = wrong[wrong.index(b'"data":') + 7 : -2]
            with pytest.raises(json.JSONDecodeError):
                json.loads(value)
            assert identity(wrong) == done["id"] != identity(line)


def test_a_field_more_is_the_only_difference() -> None:
    for line in clean().lines.to_pylist()[::97]:
        after, _ = evolved(line)
        event = json.loads(after)
        assert event["data"].get("after", event["data"]).pop("schema_version") == 2
        assert event == json.loads(line)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"missing": {"rate": 2}}, "missing.rate: 2: Input should be less than or equal to 1"),
        ({"missing": {"rate": "0.1"}}, "missing.rate: '0.1': Input should be a valid number"),
        ({"missing": {}}, "missing.rate: is missing"),
        ({"lost": {"rate": 0.1}}, "lost: no such field; there are seed, missing, duplicate, late, reordered"),
        ({"late": {"rate": 0.1, "within": 0}}, "late.within: 0: Input should be greater than or equal to"),
        ({"late": {"rate": 0.1, "by": 3}}, "late.by: no such field; there are rate, within"),
        ({"seed": -1}, "seed: -1: Input should be greater than or equal to 0"),
        ({"new_field": {"rate": 1, "since": "soon"}}, "new_field.since: 'soon': "),
    ],
)
def test_a_wrong_plan_is_told(raw: dict[str, Any], told: str) -> None:
    with pytest.raises(FaultPlanError) as error:
        fault_plan.parse(raw)
    assert str(error.value).startswith(told)


def test_a_plan_is_read_from_a_file(tmp_path: Path) -> None:
    for name, text in {"a.yaml": "late: {rate: 0.1}\n", "a.json": '{"late": {"rate": 0.1}}'}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert fault_plan.read(tmp_path / name) == fault_plan.parse({"late": {"rate": 0.1}})
    (tmp_path / "list.yaml").write_text("- 1\n", encoding="utf-8")
    for name, told in {"list.yaml": "holds list", "none.yaml": "No such file"}.items():
        with pytest.raises(FaultPlanError, match=f"{name}: {told}"):
            fault_plan.read(tmp_path / name)
