"""Merging two carts: nothing is lost, nothing comes twice, and no more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from cartload_shop.domain.carts import MOST_LINES, MOST_OF_A_SKU, Quantities, merged

CARTS = st.dictionaries(st.integers(1, 130), st.integers(1, MOST_OF_A_SKU), max_size=MOST_LINES)
STOCK = st.dictionaries(st.integers(1, 130), st.integers(0, 150))


@given(CARTS, CARTS, STOCK)
def test_each_line_is_what_both_had_as_far_as_there_is_room_and_stock(
    own: Quantities, guest: Quantities, available: Quantities
) -> None:
    after, notices = merged(own, guest, available)
    told = {notice.sku_id for notice in notices}
    assert len(after) <= MOST_LINES
    for sku_id, had in own.items():
        assert after[sku_id] >= had, "nothing that the account had is taken away"
    for sku_id, quantity in guest.items():
        wanted = own.get(sku_id, 0) + quantity
        assert after.get(sku_id, 0) <= max(
            min(wanted, MOST_OF_A_SKU, available.get(sku_id, 0)), own.get(sku_id, 0)
        )
        assert (after.get(sku_id, 0) == wanted) != (sku_id in told)
    assert all(notice.quantity == after.get(notice.sku_id, 0) for notice in notices)
    assert after.keys() <= own.keys() | guest.keys()
    assert merged(after, {}, available) == (after, [])


def test_why_something_does_not_fit_is_told() -> None:
    full: Quantities = dict.fromkeys(range(MOST_LINES), 1)
    assert [notice.code for notice in merged(full, {-1: 1}, {-1: 5})[1]] == ["lines"]
    assert [notice.code for notice in merged({1: 60}, {1: 60}, {1: 500})[1]] == ["limit"]
    assert [notice.code for notice in merged({1: 2}, {1: 2}, {1: 3})[1]] == ["stock"]
    assert [notice.code for notice in merged({}, {1: 2}, {})[1]] == ["gone"]
