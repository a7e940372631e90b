"""Whose turn it is."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from cartload_generator.domain.fairness import (
    PATIENCE,
    SMALL_ROWS,
    Bounds,
    Candidate,
    available_slots,
    bounds_now,
    counted_rows,
    next_job,
)
from support.generator_jobs import NOW

BOUNDS = Bounds(window_chunks=4, rows_in_flight=1000, turn_chunks=2, shared_rows=500)
LARGE = SMALL_ROWS + 1
NOBODY: set[UUID] = set()


def candidate(
    job: int,
    owner: int = 1,
    *,
    chunks: int = 0,
    rows: int | None = None,
    turned: float = 0,
    wants: bool = True,
    left: int = LARGE,
) -> Candidate:
    in_flight = chunks * 10 if rows is None else rows
    return Candidate(
        UUID(int=job), UUID(int=owner), wants, chunks, in_flight, NOW + timedelta(seconds=turned), left
    )


def test_nobody_gets_a_turn_when_nobody_wants_one() -> None:
    assert next_job([], BOUNDS, NOBODY, NOW) is None
    assert next_job([candidate(1, wants=False)], BOUNDS, NOBODY, NOW) is None
    assert next_job([candidate(1)], BOUNDS, {UUID(int=1)}, NOW) is None


def test_a_full_window_gets_no_turn() -> None:
    assert next_job([candidate(1, chunks=4)], BOUNDS, NOBODY, NOW) is None


def test_the_user_with_least_in_flight_comes_first() -> None:
    busy = [candidate(1, owner=1, chunks=3), candidate(2, owner=1, turned=-99)]
    assert next_job([*busy, candidate(3, owner=2, chunks=1)], BOUNDS, NOBODY, NOW) == UUID(int=3)


def test_of_one_user_the_job_that_waited_longest_comes_first() -> None:
    assert next_job([candidate(1, turned=5), candidate(2, turned=3)], BOUNDS, NOBODY, NOW) == UUID(int=2)


def test_at_the_cap_only_users_with_nothing_in_flight_go_on() -> None:
    full = [candidate(1, owner=1, chunks=2, rows=1000), candidate(2, owner=2, chunks=1, rows=1)]
    assert next_job(full, BOUNDS, NOBODY, NOW) is None
    assert next_job([*full, candidate(3, owner=1)], BOUNDS, NOBODY, NOW) is None
    assert next_job([*full, candidate(3, owner=3)], BOUNDS, NOBODY, NOW) == UUID(int=3)
    assert available_slots(candidate(1), 1001, BOUNDS, NOW) == 1
    assert available_slots(candidate(1, chunks=2), 1001, BOUNDS, NOW) == 0


def test_paused_jobs_count_toward_the_cap() -> None:
    paused = candidate(1, owner=1, chunks=2, rows=2000, wants=False)
    assert next_job([paused, candidate(2, owner=2, chunks=1, rows=1)], BOUNDS, NOBODY, NOW) is None


def test_less_is_in_flight_while_several_users_have_jobs() -> None:
    """What a user who comes next has to wait behind, paused jobs included."""
    one, other = candidate(1, owner=1, chunks=2, rows=249), candidate(2, owner=2)
    assert bounds_now([one, candidate(3, owner=1)], BOUNDS) == BOUNDS
    assert bounds_now([one, candidate(2, owner=2, wants=False)], BOUNDS) == BOUNDS
    for second in (other, candidate(2, owner=2, chunks=1, wants=False)):
        assert bounds_now([one, second], BOUNDS).rows_in_flight == 500
    shared = bounds_now([one, other], BOUNDS)
    assert next_job([one, other], shared, NOBODY, NOW) == UUID(int=2)
    assert available_slots(other, 499, shared, NOW) == 1


def test_while_several_have_jobs_large_ones_wait_for_room_and_small_ones_do_not() -> None:
    full = [candidate(1, owner=1, chunks=2, rows=250), candidate(2, owner=2, chunks=2, rows=250)]
    large, small = candidate(3, owner=3), candidate(4, owner=4, left=SMALL_ROWS)
    shared = bounds_now(full, BOUNDS)
    assert next_job([*full, large], shared, NOBODY, NOW) is None
    assert available_slots(large, 500, shared, NOW) == 0
    assert next_job([*full, large, small], shared, NOBODY, NOW) == UUID(int=4)
    assert available_slots(small, 500, shared, NOW) == BOUNDS.turn_chunks


def test_rows_of_one_user_that_are_stuck_leave_room_for_others() -> None:
    stuck, other = candidate(1, owner=1, chunks=4, rows=5000), candidate(2, owner=2, chunks=1, rows=249)
    shared = bounds_now([stuck, other], BOUNDS)
    assert counted_rows([stuck, other], shared) == 499
    assert next_job([stuck, other], shared, NOBODY, NOW) == UUID(int=2)


def test_whoever_has_waited_for_long_passes_the_cap_with_one_chunk() -> None:
    stuck = [candidate(1, owner=1, chunks=4, rows=5000), candidate(2, owner=2, chunks=4, rows=5000)]
    shared, other = bounds_now(stuck, BOUNDS), candidate(3, owner=3)
    assert next_job([*stuck, other], shared, NOBODY, NOW + PATIENCE / 2) is None
    assert next_job([*stuck, other], shared, NOBODY, NOW + PATIENCE) == UUID(int=3)
    assert available_slots(other, 500, shared, NOW + PATIENCE) == 1


def test_a_small_job_sends_all_at_the_cap_also_beside_jobs_of_its_own_user() -> None:
    full = candidate(1, owner=1, chunks=2, rows=1000)
    assert next_job([full, candidate(2, owner=1, left=SMALL_ROWS)], BOUNDS, NOBODY, NOW) == UUID(int=2)
    assert available_slots(candidate(2, chunks=1, left=SMALL_ROWS), 1000, BOUNDS, NOW) == 2


def test_a_turn_is_as_long_as_the_window_allows() -> None:
    assert [available_slots(candidate(1, chunks=chunks), 0, BOUNDS, NOW) for chunks in range(6)] == [
        2,
        2,
        2,
        1,
        0,
        0,
    ]


def simulate(owners: dict[int, int], turns: int) -> Counter[int]:
    """Chunks that each job got, when every chunk takes equally long and the cap binds."""
    bounds = Bounds(window_chunks=8, rows_in_flight=80, turn_chunks=2)
    in_flight: Counter[int] = Counter()
    turned = dict.fromkeys(owners, 0.0)
    served: Counter[int] = Counter()
    line: list[int] = []
    for now in range(1, turns):
        everyone = [
            candidate(job, owner, chunks=in_flight[job], turned=turned[job]) for job, owner in owners.items()
        ]
        current = bounds_now(everyone, bounds)
        chosen = next_job(everyone, current, NOBODY, NOW)
        if chosen is None:
            in_flight[line.pop(0)] -= 1
            continue
        job = chosen.int
        sending = next(one for one in everyone if one.job_id == chosen)
        count = available_slots(sending, counted_rows(everyone, current), current, NOW)
        in_flight[job] += count
        served[job] += count
        line += [job] * count
        turned[job] = now
    return served


def test_users_share_alike_however_many_jobs_they_have() -> None:
    owners = {1: 1, 2: 1, 3: 1, 4: 1, 5: 2}
    served = simulate(owners, 2000)
    first, second = sum(served[job] for job in (1, 2, 3, 4)), served[5]
    assert abs(first - second) / (first + second) < 0.1
    assert max(served[job] for job in (1, 2, 3, 4)) <= 1.3 * min(served[job] for job in (1, 2, 3, 4))


def test_jobs_of_one_user_share_alike() -> None:
    served = simulate({1: 1, 2: 1, 3: 1}, 2000)
    assert max(served.values()) <= 1.1 * min(served.values())
