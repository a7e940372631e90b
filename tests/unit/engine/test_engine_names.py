"""Names: pools, slots and numbers by which no two customers have the same user name."""

from collections import Counter

import numpy as np
import pytest

from cartload import vocabulary
from cartload.customers import ages
from cartload.customers.names import FIRST_BITS, LAST_BITS, NamePools, name_pools
from cartload.spec import parse, resolve
from cartload.tables.users import Customers
from cartload.tables.world import World

NAMES = vocabulary.names()


@pytest.fixture(scope="module")
def pools() -> NamePools:
    return name_pools()


@pytest.mark.parametrize("place", range(len(NAMES)), ids=[names.locale for names in NAMES])
def test_a_locales_slots_hold_its_names_as_often_as_it_says(place: int, pools: NamePools) -> None:
    names = NAMES[place]
    for slots, bits, pool, wanted, many in (
        (pools.first_slot, FIRST_BITS, pools.first, names.first, names.first_slots),
        (pools.last_slot, LAST_BITS, pools.last, names.last, names.last_slots),
    ):
        own = slots[place << bits : (place + 1) << bits]
        found = Counter(own.tolist())
        texts = pool.take(np.unique(own)).to_pylist()
        assert texts == list(wanted)
        assert list(found.values()) == list(many)


@pytest.mark.parametrize("kind", ["first", "last"])
def test_turns_count_the_slots_of_a_name(kind: str, pools: NamePools) -> None:
    slot, turn = getattr(pools, f"{kind}_slot"), getattr(pools, f"{kind}_turn")
    many = getattr(pools, f"{kind}_slots")
    seen: Counter[int] = Counter()
    for name, number in zip(slot.tolist(), turn.tolist(), strict=True):
        assert number == seen[name]
        seen[name] += 1
    assert all(seen[name] == many[name] for name in seen)


@pytest.mark.parametrize("kind", ["first", "last"])
def test_names_of_several_locales_have_places_among_them(kind: str, pools: NamePools) -> None:
    folded = getattr(pools, f"{kind}_folded").to_pylist()
    shared, place = getattr(pools, f"{kind}_shared"), getattr(pools, f"{kind}_place")
    total, seen = Counter(folded), Counter[str]()
    for name, count, number in zip(folded, shared.tolist(), place.tolist(), strict=True):
        assert (count, number) == (total[name], seen[name])
        seen[name] += 1
    assert max(total.values()) > 3


def test_a_last_names_form_for_women_stands_at_the_locales_distance(pools: NamePools) -> None:
    last, slots = pools.last.to_pylist(), pools.last_slots
    for place, names in enumerate(NAMES):
        own = np.unique(pools.last_slot[place << LAST_BITS : (place + 1) << LAST_BITS])
        shift = int(pools.female_shift[place])
        assert [last[name + shift] for name in own.tolist()] == list(names.last_female)
        assert slots[own + shift].tolist() == slots[own].tolist()


def test_first_names_of_women_come_before_those_of_men(pools: NamePools) -> None:
    start = 0
    for names in NAMES:
        own = pools.is_female[start : start + len(names.first)]
        assert own.tolist() == [1] * names.female + [0] * (len(names.first) - names.female)
        start += len(names.first)
    assert start == len(pools.is_female)


def customers(rows: np.ndarray, **fields: object) -> Customers:
    return Customers(World(resolve(parse(fields))), rows)


def test_customers_of_all_locales_never_share_a_user_name() -> None:
    """Locales of one language share most names, so only their numbers keep them apart."""
    english = {"en_US": 1, "en_GB": 1, "en_IE": 1, "en_CA": 1, "en_AU": 1}
    batch = customers(np.arange(0, 2_000_000, 97), locales=english).batch()
    bare = [name.replace(".", " ").replace("_", " ") for name in batch["user_name"].to_pylist()]
    assert len(set(bare)) == len(bare) > 20_000


def test_the_first_customers_of_a_seed_are_of_many_locales_and_have_short_names() -> None:
    batch = customers(np.arange(300)).batch()
    assert len(set(batch["locale"].to_pylist())) > 8
    names = batch["user_name"].to_pylist()
    assert sum(name[-1].isdigit() for name in names) < len(names)


def test_another_seed_names_the_same_rows_otherwise() -> None:
    one, other = (customers(np.arange(200), seed=seed).batch()["user_name"].to_pylist() for seed in (1, 2))
    assert len(set(one) & set(other)) < 10


def test_a_customer_is_the_same_alone_and_among_others() -> None:
    rows = np.arange(500)
    whole = customers(rows).batch().to_pylist()
    for row in (0, 17, 499):
        assert customers(rows[row : row + 1]).batch().to_pylist() == [whole[row]]


def test_sign_ups_follow_the_hours_of_the_customers_day() -> None:
    day = [1] * 8 + [100] * 16
    found = customers(np.arange(4000), season={"day": day, "events": []}, locales={"en_AU": 1, "en_US": 1})
    local = found.world.clock.local(found.zone, found.signed_up)
    hours = local // 3_600_000 % 24
    assert (hours < 8).mean() < 0.02


def test_older_draws_are_older_customers_and_birthdays_are_spread_over_the_year() -> None:
    days = ages.days(np.arange(1 << 16))
    assert (np.diff(days) >= 0).all()
    within = np.bincount((days - days[0]) % 365, minlength=365)
    assert within.min() > 0.7 * within.mean()
    assert within.max() < 1.4 * within.mean()


def test_emails_are_on_domains_that_nobody_has() -> None:
    emails = customers(np.arange(1000)).batch()["email"].to_pylist()
    hosts = Counter(email.rpartition("@")[2] for email in emails)
    assert all(host.endswith(".example") or host.startswith("example.") for host in hosts)
    assert len(hosts) == 5
    assert min(hosts.values()) > 100
