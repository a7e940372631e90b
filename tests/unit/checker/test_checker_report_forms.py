"""A report in each of its forms, however much is broken, missing or unusual."""

import json
from math import isclose

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload.checker import Figure, InvariantReport, Report, RuleReport
from cartload.checker.model import QueryRule, RowRule
from cartload.checker.plots import svg
from cartload.checker.ranges import ranges
from cartload.checker.relations import ROWS
from cartload.checker.rule_evaluator import RuleEvaluator, rule_report
from cartload.readers import Stored
from cartload.spec import Spec, parse, resolve
from support.engine_invariants import dataset, in_memory

SPEC = resolve(parse({}))


def rule(name: str, violations: int = 0, **fields: object) -> RuleReport:
    values = {"title": f"{name} holds.", "rows_checked": 100, "ok": violations == 0} | fields
    return RuleReport.model_validate({"name": name, "violations": violations, **values})


def report(*rules: RuleReport, spec_known: bool = True, remarks: tuple[str, ...] = ()) -> Report:
    invariants = [InvariantReport(number=2, name="Money", rules=list(rules))]
    return Report(
        place="shop",
        spec_known=spec_known,
        rows={"users": 10, "wishlist": 5},
        invariants=invariants,
        figures=[],
        remarks=list(remarks),
    )


def test_text_names_twenty_broken_rules_and_counts_the_others() -> None:
    text = report(*(rule(f"rule{number:02}", number + 1) for number in range(23))).text()
    lines = [line for line in text.splitlines() if line.startswith("BROKEN ")]
    assert [line.partition(":")[0] for line in lines] == [
        f"BROKEN rule{number:02}" for number in range(22, 2, -1)
    ]
    assert "... and 3 more" in text.splitlines()
    assert "2 BROKEN Money: 23 rules, 2,300 rows checked, 276 violations" in text.splitlines()


def test_text_of_twenty_broken_rules_has_no_others() -> None:
    assert "more" not in report(*(rule(f"r{number}", 1) for number in range(20))).text()


def test_one_broken_rule_is_one() -> None:
    broken = report(rule("tax", 1))
    assert broken.text().startswith("shop: 1 rule broken, in 15 rows.\n")
    assert "<title>Cartload: 1 rule broken</title>" in broken.html()


@pytest.mark.parametrize(
    ("length", "shown"), [(158, f"a={'x' * 158}"), (159, f"a={'x' * 155}..."), (500, f"a={'x' * 155}...")]
)
def test_an_example_row_is_cut_where_it_is_too_long_for_a_line(length: int, shown: str) -> None:
    text = report(rule("tax", 1, samples=[{"a": "x" * length}])).text()
    assert shown in [line.strip() for line in text.splitlines()]


def test_remarks_and_notes_of_whole_rules_come_last() -> None:
    text = report(
        rule("fit", note="fitted 1.0"), rule("tax", 1, note="why"), remarks=("a column more",)
    ).text()
    assert text.endswith("\nRemarks:\n  a column more\n  fit: fitted 1.0\n")
    assert text.index("       why") < text.index("Remarks:")


def test_a_page_says_what_could_not_be_asked_and_is_unusual() -> None:
    page = report(rule("tax"), spec_known=False, remarks=("users: <x> is left out",)).shown("html")
    assert "Nobody said what the dataset was made from" in page
    assert "users: &lt;x&gt; is left out" in page
    assert "Skew and season" not in page
    assert "<h2>Broken</h2>" not in page
    assert "Nobody said" not in report(rule("tax")).html()


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><b>', "a&b", "'"])
def test_no_text_of_a_dataset_is_markup(hostile: str) -> None:
    found = rule("tax", 1, samples=[{hostile: hostile}], note=hostile, title=hostile)
    figure = Figure(
        name="f",
        title=hostile,
        kind="bars",
        x_label=hostile,
        y_label=hostile,
        x=[hostile],
        y=[1.0],
        note=hostile,
    )
    page = report(found, remarks=(hostile,)).model_copy(update={"figures": [figure], "place": hostile}).html()
    assert "<script>" not in page
    assert '"><b>' not in page
    assert "a&b" not in page


def test_json_is_the_report_itself() -> None:
    made = report(rule("tax", 1, samples=[{"id": 5, "city": None}]), remarks=("r",))
    text = made.shown("json")
    assert text.endswith("}\n")
    found = json.loads(text)
    assert (found["ok"], found["remarks"], found["rows"]) == (False, ["r"], {"users": 10, "wishlist": 5})
    assert found["invariants"][0]["violations"] == 1


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=30), st.booleans())
def test_bars_are_as_tall_as_their_values(values: list[float], expected: bool) -> None:
    figure = Figure(
        name="f",
        title="t",
        kind="bars",
        x_label="x",
        y_label="y",
        x=list(range(len(values))),
        y=values,
        expected=values if expected else None,
        note="",
    )
    heights = [float(one.partition('"')[0]) for one in svg(figure).split('height="')[1:]]
    assert len(heights) == len(values)
    assert all(0 <= height <= 180 for height in heights)
    tallest = max(values)
    for height, value in zip(heights, values, strict=True):
        assert isclose(height, value / tallest * max(heights) if tallest else 0, abs_tol=0.2)
    assert svg(figure).count('class="expected"') == (len(values) if expected else 0)


CHECKED = RowRule("users.x", 1, "A title.", ROWS["users"], "false", expected=lambda spec: 30)


@pytest.mark.parametrize(
    ("checked", "spec", "ok"),
    [(0, SPEC, False), (1, SPEC, True), (0, None, True)],
    ids=["idle", "some", "no spec"],
)
def test_a_rule_that_looked_at_nothing_is_broken_where_rows_are_promised(
    checked: int, spec: Spec | None, ok: bool
) -> None:
    found = rule_report(CHECKED, spec, checked, 0, [])
    assert found.ok == ok
    assert found.note == (None if ok else "no row was checked, about 30 were expected")


def test_few_expected_rows_may_be_none() -> None:
    few = RowRule("users.x", 1, "A title.", ROWS["users"], "false", expected=lambda spec: 29)
    assert rule_report(few, SPEC, 0, 0, []).ok


def of_values(connection: duckdb.DuckDBPyConnection) -> Stored:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        """CREATE TABLE users AS SELECT n AS id, DATE '2024-01-31' AS day,
        TIMESTAMPTZ '2024-01-01 00:00:00.5Z' AS at, 1.50::DECIMAL(4,2) AS rate,
        NULL AS nothing, n % 3 = 0 AS flag FROM range(1, 31) r(n)"""
    )
    return Stored("memory", None, "integer", None, ("users",), connection)


def test_examples_are_the_first_five_rows_as_json_has_values() -> None:
    shown = ("t.day", "t.at", "t.rate", "t.nothing", "t.id + 1 AS more")
    broken = RowRule("users.flag", 1, "t", ROWS["users"], "t.flag", shown)
    whole = RowRule("users.id", 1, "t", ROWS["users"], "t.id < 1", applies="t.id > 10")
    unknown = RowRule("users.nothing", 1, "t", ROWS["users"], "t.nothing > 1")
    with duckdb.connect() as connection:
        found = RuleEvaluator(of_values(connection)).evaluate([broken, whole, unknown])
    assert (found["users.flag"].rows_checked, found["users.flag"].violations) == (30, 10)
    assert [sample["id"] for sample in found["users.flag"].samples] == [3, 6, 9, 12, 15]
    assert found["users.flag"].samples[0] == {
        "id": 3,
        "day": "2024-01-31",
        "at": "2024-01-01T00:00:00.500Z",
        "rate": "1.50",
        "nothing": None,
        "more": 4,
    }
    assert (found["users.id"].rows_checked, found["users.id"].violations) == (20, 0)
    assert found["users.nothing"].ok  # NULL breaks no rule: that it is missing is another rule's matter.


def test_a_count_that_may_be_too_high_is_counted_again() -> None:
    with duckdb.connect() as connection:
        evaluator = RuleEvaluator(of_values(connection))
        found = evaluator.evaluate(
            [
                QueryRule("a", 1, "t", "SELECT 30, 2", "SELECT 1 AS x", recount_query="SELECT 0"),
                QueryRule("b", 1, "t", "SELECT 30, 2", "SELECT 1 AS x", recount_query="SELECT 1"),
                QueryRule("c", 1, "t", "SELECT 30, 0", "SELECT 1 AS x", recount_query="SELECT 9"),
            ]
        )
    assert {name: (one.violations, one.samples) for name, one in found.items()} == {
        "a": (0, []),
        "b": (1, [{"x": 1}]),
        "c": (0, []),
    }


@pytest.mark.parametrize("ids", ["uuid", "integer"])
@pytest.mark.parametrize("rows_at_once", [1, 7, 40, 10_000])
def test_ranges_hold_every_row_once(ids: str, rows_at_once: int) -> None:
    spec, tables = dataset(customers=50, ids=ids)
    with in_memory(spec, tables) as stored:
        found = ranges(stored, "order_details", rows_at_once)
        counts = [
            stored.rows(f"SELECT count(*) FROM order_details WHERE {part.within('id')}")[0][0]
            for part in found
        ]
    assert sum(counts) == tables["order_details"].num_rows
    assert (found[0].low, found[-1].high) == (None, None)
    assert [part.high for part in found[:-1]] == [part.low for part in found[1:]]
    assert (len(found) == 1) == (rows_at_once == 10_000)


def test_a_table_without_rows_is_one_range() -> None:
    spec, tables = dataset(customers=50)
    emptied = tables | {"order_details": tables["order_details"].slice(0, 0)}
    with in_memory(spec, emptied) as stored:
        (only,) = ranges(stored, "order_details", 10)
    assert only.within("id") == "true"
