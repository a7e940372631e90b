"""One definition: the tables of dataset.md, their marks, their DDL."""

import re

import pytest

from cartload.schema import TABLE_NAMES, TABLES, arrow_schema, table
from cartload.schema.ddl import alter_to_final, create_table, foreign_key_names, index_names, orphan_queries

COLUMNS = {
    "users": "id user_name first_name last_name email phone_number birth_date gender locale country "
    "time_zone",
    "addresses": "id user_id title line_1 line_2 city region postal_code country phone_number is_default "
    "latitude longitude",
    "categories": "id name slug description",
    "sub_categories": "id category_id name slug description",
    "products": "id sub_category_id name brand summary description slug image_url rating launched_at "
    "discontinued_at",
    "products_skus": "id product_id sku size color price cost weight_grams stock",
    "distribution_centers": "id name city country latitude longitude",
    "inventory_items": "id product_sku_id distribution_center_id quantity reorder_level",
    "order_details": "id order_number user_id address_id status currency subtotal discount tax shipping "
    "total coupon channel placed_at paid_at shipped_at delivered_at cancelled_at returned_at",
    "order_item": "id order_id line_number product_sku_id quantity unit_price line_total discount tax "
    "returned_quantity",
    "payment_details": "id order_id attempt kind method provider card_last_four amount currency status "
    "failure_reason",
    "wishlist": "id user_id product_id removed_at",
    "reviews": "id user_id product_id order_id rating title body status",
    "sessions": "id visitor_id user_id channel device os browser traffic_source country started_at ended_at "
    "events",
    "events": "id session_id sequence type product_id query url occurred_at",
}


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_columns_are_those_of_the_design(name: str) -> None:
    assert table(name).column_names == (*COLUMNS[name].split(), "created_at", "updated_at")
    assert arrow_schema(name, "uuid").names == list(table(name).column_names)


def test_nullable_columns_are_those_of_the_design() -> None:
    nullable = {f"{t.name}.{c.name}" for t in TABLES for c in t.columns if c.nullable}
    assert nullable == {
        "addresses.line_2",
        "addresses.region",
        "products.discontinued_at",
        "products_skus.size",
        "products_skus.color",
        "order_details.coupon",
        "order_details.paid_at",
        "order_details.shipped_at",
        "order_details.delivered_at",
        "order_details.cancelled_at",
        "order_details.returned_at",
        "payment_details.card_last_four",
        "payment_details.failure_reason",
        "wishlist.removed_at",
        "sessions.user_id",
        "events.product_id",
        "events.query",
    }


def test_parents_come_first() -> None:
    seen: set[str] = set()
    for one in TABLES:
        assert {parent for _, parent in one.foreign_keys} <= seen
        seen.add(one.name)


def test_only_indexed_columns_are_offered_to_readers() -> None:
    for one in TABLES:
        leading = {"id", *(columns[0] for columns in (*one.unique, *one.indexes))}
        for column in one.columns:
            assert column.filterable == (column.name in leading)
            assert column.sortable == (column.name in leading and not column.nullable)
            assert not column.prefix or column.type == "string"
    assert [c.name for c in table("users").columns if c.prefix] == ["user_name", "email", "country"]


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_foreign_key_has_an_index_that_starts_with_it(name: str) -> None:
    leading = {columns[0] for columns in (*table(name).unique, *table(name).indexes)}
    assert {column for column, _ in table(name).foreign_keys} <= leading


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_final_ddl_is_the_plain_one_altered(name: str) -> None:
    final, plain = (create_table(name, "uuid", final=flag) for flag in (True, False))
    altered = " ".join(alter_to_final(name))
    for key in (*index_names(name), *foreign_key_names(name)):
        assert len(key) <= 64
        assert f"`{key}`" in final
        assert f"`{key}`" in altered
        assert f"`{key}`" not in plain
    assert "COLLATE=utf8mb4_unicode_520_ci" in plain
    assert len(alter_to_final(name)) == bool(index_names(name)) + bool(foreign_key_names(name))


def test_what_is_there_is_not_added_again() -> None:
    assert alter_to_final("order_item", {*index_names("order_item"), *foreign_key_names("order_item")}) == []
    (only,) = alter_to_final("users", {"ix_users_country", "ix_users_created_at", "uq_users_email"})
    assert re.findall("ADD", only) == ["ADD"]


def test_orphan_queries_cover_every_foreign_key() -> None:
    wanted = {name for one in TABLES for name in foreign_key_names(one.name)}
    assert set(orphan_queries()) == wanted


def test_a_row_that_refers_to_nothing_is_no_orphan() -> None:
    may_be_null = {name for name, query in orphan_queries().items() if "IS NOT NULL" in query}
    assert may_be_null == {"fk_sessions_user_id", "fk_events_product_id"}


def test_every_table_and_column_says_what_it_means() -> None:
    for one in TABLES:
        assert one.description.endswith(".")
        assert all(column.description.endswith(".") for column in one.columns)
