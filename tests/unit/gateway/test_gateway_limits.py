"""The token bucket, and the bound on what it remembers."""

from cartload_gateway.domain.limits import RateLimiter


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
