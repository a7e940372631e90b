"""The pictures and samples of the docs: drawn true to the numbers, and shown."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import charts
import samples
from cartload.answers import questions
from cartload.readers import Stored
from cartload.schema import TABLE_NAMES, table
from charts import Series
from shop import shop

DOCS = Path(__file__).resolve().parents[3] / "docs"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def small_shop() -> Iterator[Stored]:
    with shop(400) as stored:
        yield stored


def shapes(picture: str, colour: str) -> list[dict[str, float]]:
    """The rectangles of a colour, legends left out."""
    found = [one for one in ElementTree.fromstring(picture).iter(f"{SVG}rect") if one.get("fill") == colour]
    sizes = [{name: float(one.attrib[name]) for name in ("x", "y", "width", "height")} for one in found]
    return [size for size in sizes if (size["width"], size["height"]) != (10, 10)]


def test_columns_are_as_high_as_their_values() -> None:
    series = [Series("a & b", [10, 20]), Series("c", [30, 0], charts.ORANGE)]
    picture = charts.columns("Title <1>", ["x", "y"], series, str)
    lower, upper = shapes(picture, charts.BLUE), shapes(picture, charts.ORANGE)
    assert lower[1]["height"] == pytest.approx(2 * lower[0]["height"], abs=0.2)
    assert upper[0]["height"] == pytest.approx(3 * lower[0]["height"], abs=0.3)
    assert upper[0]["y"] + upper[0]["height"] == pytest.approx(lower[0]["y"], abs=0.2)


def test_bars_are_as_long_as_their_values_and_stay_inside() -> None:
    labels = ["short", "a name that is longer than any other in the picture"]
    first, second = shapes(charts.bars("Title", labels, [Series("", [40, 10])], str), charts.BLUE)
    assert first["width"] == pytest.approx(4 * second["width"], abs=0.5)
    assert first["x"] > 300
    assert first["x"] + first["width"] < charts.WIDTH


def test_ranges_put_their_marks_in_order() -> None:
    marks = [Series("median", [2.0]), Series("p99", [8.0], charts.ORANGE)]
    picture = charts.ranges("Title", ["DE"], marks, str)
    (median,), (last,) = shapes(picture, charts.BLUE), shapes(picture, charts.ORANGE)
    assert last["x"] - charts.LEFT + 3 == pytest.approx(4 * (median["x"] - charts.LEFT + 3), abs=1)


def test_heat_is_darkest_where_most_is_and_leaves_gaps() -> None:
    picture = charts.heat("Title", ["r"], ["a", "b", "c"], [[0, 10, None]], str)
    light, dark = shapes(picture, "#ecf2f9"), shapes(picture, "#1c4f8a")
    assert (len(light), len(dark)) == (1, 1)
    assert light[0]["x"] < dark[0]["x"]


def test_every_question_is_on_the_page_and_every_picture_is_there() -> None:
    page = (DOCS / "answers.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)$", page, re.M) == [question.name for question in questions()]
    pictures = re.findall(r"!\[\w+\]\((.+)\)", page)
    assert len(pictures) == 12
    for picture in pictures:
        root = ElementTree.fromstring((DOCS / picture).read_text(encoding="utf-8"))
        assert root.get("aria-label")
    assert {path.name for path in (DOCS / "images" / "answers").iterdir()} == {Path(p).name for p in pictures}


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_samples_have_a_hundred_rows_from_everywhere(small_shop: Stored, name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(samples.sample(small_shop, name).decode())))
    ((all_rows,),) = small_shop.connection.execute(f"SELECT count(*) FROM {name}").fetchall()
    assert len(rows) == min(all_rows, 100)
    assert len({row["id"] for row in rows}) == len(rows)
    if "country" in table(name).column_names:
        known = small_shop.connection.execute(f"SELECT DISTINCT country FROM {name}").fetchall()
        assert {row["country"] for row in rows} == {country for (country,) in known}


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_committed_samples_have_todays_columns(name: str) -> None:
    header = (DOCS / "sample" / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert header.split(",") == list(table(name).column_names)
