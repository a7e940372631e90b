from cartload import schema
from cartload.schema import ddl


def test_what_is_there_already_is_left_out() -> None:
    everything = (*ddl.index_names("order_item"), *ddl.foreign_key_names("order_item"))
    assert ddl.alter_to_final("order_item", everything) == []
    (foreign,) = ddl.alter_to_final("order_item", ddl.index_names("order_item"))
    assert foreign.count("FOREIGN KEY") == len(schema.table("order_item").foreign_keys)
    (keys,) = ddl.alter_to_final("order_item", ddl.foreign_key_names("order_item"))
    assert "FOREIGN KEY" not in keys
    assert keys.count("ADD ") == len(ddl.index_names("order_item"))
    (some,) = ddl.alter_to_final("order_item", everything[1:])
    assert everything[0] in some
    assert some.count("ADD ") == 1
