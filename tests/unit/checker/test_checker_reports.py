"""The report as text, JSON and a page: what is broken comes first, and nothing is loaded from elsewhere."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from cartload.checker import Figure, InvariantReport, Report, RuleReport
from cartload.checker.plots import svg


def rule(name: str, violations: int = 0, **fields: Any) -> RuleReport:
    values = {"title": f"{name} holds.", "rows_checked": 100, "ok": violations == 0} | fields
    return RuleReport(name=name, violations=violations, **values)


FIGURES = [
    Figure(
        name="bars",
        title="Orders by <hour>",
        kind="bars",
        x_label="hour",
        y_label="orders",
        x=["0", "1", "2"],
        y=[10.0, 250.0, 30.0],
        expected=[12.0, 200.0, 33.0],
        note="a note",
    ),
    Figure(
        name="ranks",
        title="Sales by rank",
        kind="log_log",
        x_label="rank",
        y_label="sales",
        x=[1, 2, 40],
        y=[900.0, 400.0, 2.0],
        expected=[800.0, 400.0, 20.0],
        note="fitted",
    ),
    Figure(name="none", title="Nothing", kind="bars", x_label="x", y_label="y", x=[], y=[], note=""),
]


def report(*rules: RuleReport) -> Report:
    invariants = [InvariantReport(number=1, name="Keys", rules=list(rules))]
    return Report(
        place="shop & co", spec_known=True, rows={"users": 1234}, invariants=invariants, figures=FIGURES
    )


BROKEN = report(
    rule("fine"),
    rule("small", 2, samples=[{"id": "<b>", "city": None}]),
    rule("large", 70, note="why"),
    rule("unsure", note="too few rows"),
)


class Page(HTMLParser):
    """Tags, what they refer to, and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in ("meta", "path", "rect", "circle", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "rect", "circle", "polyline"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_text_says_first_what_is_broken_worst() -> None:
    lines = BROKEN.text().splitlines()
    assert lines[0] == "shop & co: 2 rules broken, in 1,234 rows."
    assert lines[2].startswith("BROKEN large: 70 of 100.")
    assert lines[3].strip() == "why"
    assert lines[4].startswith("BROKEN small: 2 of 100.")
    assert lines[5].strip() == "id=<b>, city=NULL"
    assert "1 BROKEN Keys: 4 rules, 400 rows checked, 72 violations" in lines
    assert lines[-1].strip() == "unsure: too few rows"


def test_text_of_a_whole_dataset_is_short() -> None:
    lines = report(rule("fine")).text().splitlines()
    assert lines == [
        "shop & co: all invariants hold, 100 % of 1,234 rows.",
        "",
        "1 ok     Keys: 1 rule, 100 rows checked",
    ]


def test_json_has_a_stable_shape() -> None:
    found = json.loads(BROKEN.shown("json"))
    assert found.keys() == {"place", "spec_known", "rows", "invariants", "figures", "remarks", "ok"}
    assert found["ok"] is False
    (invariant,) = found["invariants"]
    assert invariant.keys() == {"number", "name", "rules", "rows_checked", "violations", "ok"}
    assert invariant["rules"][1] == {
        "name": "small",
        "title": "small holds.",
        "rows_checked": 100,
        "violations": 2,
        "samples": [{"id": "<b>", "city": None}],
        "note": None,
        "ok": False,
    }
    assert found["figures"][0]["expected"] == [12.0, 200.0, 33.0]


def test_the_page_stands_alone_and_is_well_formed() -> None:
    page = Page(BROKEN.shown("html"))
    assert page.open == []
    assert page.links == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert page.tags.count("svg") == page.tags.count("figure") == len(FIGURES)
    words = " ".join(page.words)
    assert words.index("large: 70 of 100") < words.index("small: 2 of 100") < words.index("Invariants")
    assert "<b>" in words
    assert "prefers-color-scheme:dark" in BROKEN.html()
    assert "width=device-width" in BROKEN.html()


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_plots_stay_within_their_frame(figure: Figure) -> None:
    drawn = svg(figure)
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn).groups())  # type: ignore[union-attr]
    for x in re.findall(r'\b(?:x|cx)="([-\d.]+)"', drawn):
        assert 0 <= float(x) <= width
    for y in re.findall(r'\b(?:y|cy)="([-\d.]+)"', drawn):
        assert 0 <= float(y) <= height
    assert len(re.findall("<rect|<circle", drawn)) == len(figure.y)


def test_taller_values_have_taller_bars() -> None:
    heights = [float(tall) for tall in re.findall(r'class="bar".*?height="([\d.]+)"', svg(FIGURES[0]))]
    assert heights[1] > heights[2] > heights[0] > 0
