"""The token bucket with the bound on what it remembers, and the count of what is in flight."""

from cartload_gateway.domain.limits import InFlight, RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_up_to_the_quota_passes_then_requests_wait() -> None:
    limiter = RateLimiter("user", 60, clock=Clock())
    assert [limiter.take("a").allowed for _ in range(61)] == [True] * 60 + [False]


def test_the_wait_that_is_told_is_enough() -> None:
    clock = Clock()
    limiter = RateLimiter("user", 60, clock=clock)
    for _ in range(60):
        limiter.take("a")
    clock.now += limiter.take("a").wait_seconds
    assert limiter.take("a").allowed
    assert not limiter.take("a").allowed


def test_keys_do_not_share_a_bucket() -> None:
    limiter = RateLimiter("user", 1, clock=Clock())
    assert limiter.take("a").allowed
    assert limiter.take("b").allowed
    assert not limiter.take("a").allowed


def test_the_headers_say_what_is_left_and_when_it_is_full() -> None:
    limiter = RateLimiter("user", 120, clock=Clock())
    limiter.take("a")
    headers = limiter.take("a").headers
    assert headers == {"RateLimit-Policy": '"user";q=120;w=60', "RateLimit": '"user";r=118;t=1'}


def test_the_least_recent_key_is_forgotten_first() -> None:
    limiter = RateLimiter("user", 1, clock=Clock(), keys=2)
    for key in ("a", "b", "a", "c"):
        limiter.take(key)
    assert not limiter.take("a").allowed
    assert limiter.take("b").allowed


def test_a_refusal_tells_a_time_after_which_the_next_request_passes() -> None:
    clock = Clock()
    limiter = RateLimiter("user", 9, clock=clock)  # a request every 6.7 s
    for _ in range(9):
        limiter.take("a")
    for step in (0.3, 0.9, 1.7, 2.4):
        clock.now += step
        refused = limiter.take("a")
        assert refused.wait_seconds <= refused.retry_after < refused.wait_seconds + 1


def test_a_bucket_refills_to_its_quota_and_not_beyond() -> None:
    clock = Clock()
    limiter = RateLimiter("user", 60, clock=clock)
    limiter.take("a")
    clock.now += 30
    assert limiter.take("a").remaining == 59
    for _ in range(59):
        limiter.take("a")
    clock.now += 10
    assert [limiter.take("a").allowed for _ in range(11)] == [True] * 10 + [False]


def test_places_in_flight_are_counted_for_each_key_and_given_back_once_each() -> None:
    in_flight = InFlight(2)
    first, second = in_flight.enter("a"), in_flight.enter("a")
    assert first is not None
    assert second is not None
    assert in_flight.enter("a") is None
    assert in_flight.enter("b") is not None
    second()
    third = in_flight.enter("a")
    assert third is not None
    assert in_flight.enter("a") is None
    first()
    third()
    assert [in_flight.enter("a") is None for _ in range(3)] == [False, False, True]


def test_the_busiest_key_says_how_far_a_rate_is_used() -> None:
    clock = Clock()
    limiter = RateLimiter("user", 60, clock=clock)
    assert limiter.usage() == (60, 0)
    for key in "aaaabb":
        limiter.take(key)
    assert limiter.usage() == (60, 4)
    clock.now += 1.5
    assert limiter.usage() == (60, 3)


def test_the_busiest_key_says_how_many_are_in_flight() -> None:
    in_flight = InFlight(5)
    assert in_flight.usage() == (5, 0)
    leave = [in_flight.enter(key) for key in "aab"]
    assert in_flight.usage() == (5, 2)
    for one in leave:
        assert one is not None
        one()
    assert in_flight.usage() == (5, 0)
