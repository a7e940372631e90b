"""``cartload schema``: the one definition, in languages that their readers understand."""

import json
from typing import Any

import pytest
import yaml

from cartload.cli import main
from cartload.schema import TABLE_NAMES, TABLES, Ids, arrow_schema, ddl


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["schema", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_arrow_is_python_that_makes_the_schemas(capsys: pytest.CaptureFixture[str], ids: Ids) -> None:
    scope: dict[str, Any] = {}
    exec(printed(capsys, "--format", "arrow", "--ids", ids), scope)
    assert scope["SCHEMAS"] == {name: arrow_schema(name, ids) for name in TABLE_NAMES}


def test_sql_has_every_table_in_its_final_form(capsys: pytest.CaptureFixture[str]) -> None:
    statements = printed(capsys, "--ids", "integer").removesuffix(";\n").split(";\n\n")
    assert statements == [ddl.create_table(name, "integer", final=True) for name in TABLE_NAMES]


def test_json_tells_every_column(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, "--format", "json"))["tables"]
    assert {table["name"]: [column["name"] for column in table["columns"]] for table in told} == {
        table.name: list(table.column_names) for table in TABLES
    }
    rating = next(c for t in told for c in t["columns"] if (t["name"], c["name"]) == ("products", "rating"))
    assert (rating["type"], rating["precision"], rating["scale"]) == ("decimal", 2, 1)


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_json_tells_the_kind_of_keys(capsys: pytest.CaptureFixture[str], ids: Ids) -> None:
    assert json.loads(printed(capsys, "--format", "json", "--ids", ids))["ids"] == ids
    assert json.loads(printed(capsys, "--format", "json"))["ids"] == "uuid"


@pytest.mark.parametrize("form", ["markdown", "dbt"])
def test_the_kind_of_keys_is_refused_where_it_says_nothing(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert main(["schema", "--format", form, "--ids", "integer"]) == 2
    assert f"--ids cannot be used with --format {form}" in capsys.readouterr().err


def test_markdown_tells_every_column(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--format", "markdown")
    for table in TABLES:
        assert f"## {table.name}\n" in text
        assert all(f"| `{column.name}` |" in text for column in table.columns)
    assert "| `user_id` | id | → `users.id` | Whose address it is. |" in text
    assert "Unique together: `order_id`, `line_number`; `order_id`, `product_sku_id`." in text


def test_dbt_tests_what_holds(capsys: pytest.CaptureFixture[str]) -> None:
    (source,) = yaml.safe_load(printed(capsys, "--format", "dbt"))["sources"]
    columns = {
        (table["name"], column["name"]): column.get("data_tests", [])
        for table in source["tables"]
        for column in table["columns"]
    }
    assert columns["users", "email"] == ["not_null", "unique"]
    assert columns["order_details", "coupon"] == []
    assert columns["order_item", "order_id"] == [
        "not_null",
        {"relationships": {"arguments": {"to": "source('cartload', 'order_details')", "field": "id"}}},
    ]
    assert columns["payment_details", "kind"] == [
        "not_null",
        {"accepted_values": {"arguments": {"values": ["charge", "refund"]}}},
    ]
