"""The true answers: DuckDB gives those of programs in polars and pandas, for very different specs."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

import cartload.answers
from cartload.answers import Answers, answers, questions
from cartload.answers.run import exact
from cartload.cli import main
from cartload.readers import StoredError, open_stored
from support import answers_pandas, answers_polars
from support.answers_stored import in_memory, true_rows, true_rows_of
from support.engine_invariants import dataset

SPECS: dict[str, dict[str, Any]] = {
    "plain": {"customers": 1200, "clickstream": {"sessions_per_customer": 2}},
    "integer ids": {
        "customers": 500,
        "ids": "integer",
        "seed": 5,
        "clickstream": {"sessions_per_customer": 1, "conversion_rate": 0.3},
    },
    "failing": {
        "customers": 300,
        "orders": {"payment_failure_rate": 0.8, "cancel_rate": 0.4, "return_rate": 0.5},
    },
    "one customer": {"customers": 1},
    "nobody buys": {"customers": 30, "orders": {"per_customer": 0}},
    "nothing happens": {"customers": 1, "orders": {"per_customer": 0}, "wishlist": {"per_customer": 0}},
}
EVERYTHING = {question.name for question in questions()}


@pytest.mark.parametrize("name", SPECS)
def test_dataframe_programs_find_the_same(name: str) -> None:
    _, tables = dataset(**SPECS[name])
    wanted = true_rows_of(tables)
    polars = answers_polars.answers({table: frame(rows) for table, rows in tables.items()})
    pandas = answers_pandas.answers({table: rows.to_pandas() for table, rows in tables.items()})
    assert {question: tuple(rows) for question, rows in polars.items()} == wanted
    assert {question: tuple(rows) for question, rows in pandas.items()} == wanted


def frame(rows: pa.Table) -> pl.DataFrame:
    made = pl.from_arrow(rows)
    assert isinstance(made, pl.DataFrame)
    return made


def test_answers_do_not_depend_on_the_order_of_rows() -> None:
    _, tables = dataset(**SPECS["plain"])
    backwards = {name: rows.take(list(reversed(range(len(rows))))) for name, rows in tables.items()}
    assert true_rows_of(backwards) == true_rows_of(tables)


def test_every_question_has_an_answer_that_a_file_can_carry() -> None:
    _, tables = dataset(**SPECS["plain"])
    with in_memory(tables) as stored:
        made = answers(stored)
    assert Answers.model_validate_json(made.text()) == made
    assert made.text().count("\n  [") == sum(len(answer.rows) for answer in made.items)
    assert len(made.items) == len(EVERYTHING) >= 22
    for answer in made.items:
        assert answer.rows, answer.name
        assert {len(row) for row in answer.rows} == {len(answer.columns)}, answer.name
        assert len(answer.rows) <= 500, answer.name


def test_an_answer_without_rows_is_still_json() -> None:
    _, tables = dataset(**SPECS["nothing happens"])
    with in_memory(tables) as stored:
        made = answers(stored)
    assert Answers.model_validate_json(made.text()) == made


def test_answers_of_the_longest_window_stay_small() -> None:
    window = {"start": "2000-01-01", "end": "2019-12-31"}
    _, tables = dataset(customers=3000, window=window)
    assert max(len(rows) for rows in true_rows_of(tables).values()) <= 12 * 20 * 12


def test_every_question_file_is_asked() -> None:
    folder = Path(cartload.answers.__file__).parent / "questions"
    assert {path.stem for path in folder.iterdir()} == EVERYTHING


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.name)
def test_questions_say_what_they_mean(question: cartload.answers.Question) -> None:
    """A question ends with a full stop, names its clock where days or months matter, and is fully ordered."""
    assert "?" in question.question
    assert question.question.endswith(".")
    by_the_calendar = re.search(r"LEFT\(CAST|EXTRACT\(|isodow", question.sql)
    assert not by_the_calendar or "UTC" in question.question
    assert "ORDER BY" in question.sql or question.name == "repeat_purchase_rate"


def test_a_dataset_without_a_table_is_refused() -> None:
    _, tables = dataset(customers=1)
    with in_memory(tables) as stored, pytest.raises(StoredError, match="memory has no table events"):
        answers(replace(stored, tables=stored.tables[:-1]))


def test_a_dataset_that_cannot_be_read_is_named() -> None:
    _, tables = dataset(customers=1)
    del tables["wishlist"]
    with in_memory(tables) as stored, pytest.raises(StoredError, match=r"memory: .*wishlist"):
        answers(stored)


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_every_format_gives_the_same_answers(tmp_path: Path, file_format: str) -> None:
    _, tables = dataset(customers=200)
    wanted = ("--customers", "200", "--format", file_format, "--out", str(tmp_path / "shop"))
    assert main(["generate", *wanted, "--workers", "1", "--quiet"]) == 0
    with open_stored(tmp_path / "shop") as stored:
        assert true_rows(stored) == true_rows_of(tables)


def test_a_fraction_is_no_exact_value() -> None:
    assert exact([("a", None, 3, True)]) == (("a", None, 3, 1),)
    with pytest.raises(TypeError, match=r"0\.5"):
        exact([(0.5,)])
