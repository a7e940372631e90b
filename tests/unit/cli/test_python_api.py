"""The three names of the Python API."""

import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

import cartload
from cartload.schema import TABLE_NAMES, arrow_schema
from cartload.spec.counts import EXPECTED


def test_rows_come_chunk_by_chunk_and_again() -> None:
    shop = cartload.generate({"customers": 2500, "seed": 3})
    seen = dict.fromkeys(TABLE_NAMES, 0)
    for chunk in shop:
        for table, batch in chunk.items():
            assert batch.schema == arrow_schema(table, "uuid")
            seen[table] += batch.num_rows
    exact = {name: rows for name, rows in shop.rows.items() if name not in EXPECTED}
    assert {name: seen[name] for name in exact} == exact
    assert {name: shop.table(name).num_rows for name in shop.tables} == seen


def test_tables_go_into_dataframes_and_queries() -> None:
    shop = cartload.generate("tiny")
    users = shop.table("users")
    assert pl.from_arrow(users).shape == (100, users.num_columns)
    orders = shop.reader("order_details")  # noqa: F841 DuckDB finds it by name
    counted = duckdb.sql("SELECT count(DISTINCT user_id) AS users FROM orders")
    assert counted is not None
    assert 0 < counted.pl()["users"][0] <= 100


def test_a_spec_is_taken_in_any_form(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("customers: 70\nseed: 4\n", encoding="utf-8")
    fields = {"customers": 70, "seed": 4}
    made = [
        cartload.generate(spec).spec
        for spec in (fields, cartload.Spec(**fields), str(tmp_path / "spec.yaml"))
    ]
    assert made[0] == made[1] == made[2]
    assert cartload.generate().spec.customers == 1000


def test_no_such_table_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="there are categories"):
        cartload.generate("tiny").reader("orders")


def test_importing_it_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'pyarrow', 'pydantic', 'pymysql', 'yaml'}"
    code = f"import cartload, cartload.cli.arguments, sys; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = cartload.nothing
    assert {"Spec", "check", "generate"} <= {*dir(cartload)}
