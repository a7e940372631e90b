"""Statements that make the changes that a stream tells of."""

import json
from datetime import date, datetime
from typing import Any

from cartload.encoders.row_statements import changes, statements
from cartload.schema import table

CENTRE = dict.fromkeys(table("distribution_centers").column_names)


def line(name: str, before: Any, after: Any) -> bytes:
    data = {"before": before, "after": after, "op": "u" if before else "c", "ts_ms": 1}
    return json.dumps({"type": "row", "topic": f"ecommerce-cdc.{name}", "data": data}).encode() + b"\n"


def test_new_rows_that_follow_each_other_go_together() -> None:
    rows = [CENTRE | {"id": number, "created_at": 1_700_000_000_123} for number in (1, 2)]
    item = dict.fromkeys(table("inventory_items").column_names) | {"id": 9}
    lines = [*(line("distribution_centers", None, row) for row in rows), line("inventory_items", None, item)]
    centres, items = statements(changes(lines))
    assert (centres.table, centres.rows, items.table, items.rows) == (
        "distribution_centers",
        2,
        "inventory_items",
        1,
    )
    columns = list(CENTRE)
    first, second = centres.values[: len(columns)], centres.values[len(columns) :]
    assert centres.sql.startswith(f"INSERT INTO `distribution_centers` (`{'`, `'.join(columns)}`) VALUES (%s")
    assert centres.sql.count("%s") == len(centres.values) == 2 * len(columns)
    assert (first[columns.index("id")], second[columns.index("id")]) == (1, 2)
    assert first[columns.index("created_at")] == datetime(2023, 11, 14, 22, 13, 20, 123000)


def test_of_a_changed_row_only_what_changes_is_set() -> None:
    user = dict.fromkeys(table("users").column_names) | {"id": "a", "birth_date": -1, "updated_at": 0}
    changed = user | {"birth_date": 1, "updated_at": 1}
    (update,) = statements(changes([line("users", user, changed)]))
    assert update.sql == "UPDATE `users` SET `birth_date` = %s, `updated_at` = %s WHERE `id` = %s"
    assert update.values == (date(1970, 1, 2), datetime(1970, 1, 1, 0, 0, 0, 1000), "a")
    assert update.rows == 1


def test_the_order_of_changes_is_kept() -> None:
    centre = CENTRE | {"id": 1, "name": "North"}
    renamed = centre | {"name": "South"}
    told = [("distribution_centers", None, centre), ("distribution_centers", centre, renamed)]
    told.append(("distribution_centers", None, centre | {"id": 2}))
    found = statements(changes(line(*one) for one in told))
    assert [one.sql.partition(" ")[0] for one in found] == ["INSERT", "UPDATE", "INSERT"]
