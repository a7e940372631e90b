"""Personal tokens are exchanged once, by whoever comes first, and nobody's leaving disturbs the others."""

import asyncio

import pytest

from cartload_gateway.adapters.personal_tokens import KEEP_SECONDS, REFUSED_SECONDS, PersonalTokens
from cartload_kit.errors import TooManyRequests, Unauthorized, Unavailable


class Auth:
    """Exchanges tokens when it is let go on; counts what it was asked."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked = 0
        self.charged = 0
        self.error: Exception | None = None
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.tokens = PersonalTokens(self.exchange, clock=lambda: self.now)

    async def exchange(self, personal_token: str) -> str:
        """Give the next access token, or the error that a test wants."""
        self.asked += 1
        number = self.asked
        await self.go_on.wait()
        if self.error is not None:
            raise self.error
        return f"{personal_token}-{number}"

    def charge(self) -> None:
        """Count a question."""
        self.charged += 1

    async def access(self) -> str:
        """What `clp_a` stands for now."""
        return await self.tokens.access_token("clp_a", self.charge)


@pytest.fixture
async def auth() -> Auth:
    """An auth that knows every token."""
    return Auth()


async def test_whoever_comes_meanwhile_waits_for_the_same_exchange(auth: Auth) -> None:
    auth.go_on.clear()
    waiting = [asyncio.create_task(auth.access()) for _ in range(5)]
    await asyncio.wait(waiting, timeout=0)
    waiting[0].cancel()
    await asyncio.wait(waiting[:1])
    auth.go_on.set()
    assert await asyncio.gather(*waiting[1:]) == ["clp_a-1"] * 4
    assert (auth.asked, auth.charged) == (1, 1)


async def test_a_good_token_is_kept_for_its_time_and_no_longer(auth: Auth) -> None:
    found = []
    for seconds in (0, KEEP_SECONDS - 1, 2):
        auth.now += seconds
        found.append(await auth.access())
    assert found == ["clp_a-1", "clp_a-1", "clp_a-2"]


async def test_a_refused_token_is_asked_about_again_after_a_while(auth: Auth) -> None:
    auth.error = Unauthorized()
    for seconds, asked in ((0, 1), (REFUSED_SECONDS - 1, 1), (2, 2)):
        auth.now += seconds
        with pytest.raises(Unauthorized):
            await auth.access()
        assert auth.asked == asked
    auth.error = None
    auth.now += REFUSED_SECONDS + 1
    assert await auth.access() == "clp_a-3"


async def test_that_auth_is_away_is_not_remembered(auth: Auth) -> None:
    auth.error = Unavailable("away")
    with pytest.raises(Unavailable):
        await auth.access()
    auth.error = None
    assert await auth.access() == "clp_a-2"


async def test_who_may_not_be_charged_asks_nothing(auth: Auth) -> None:
    def refuse() -> None:
        raise TooManyRequests(1)

    with pytest.raises(TooManyRequests):
        await auth.tokens.access_token("clp_a", refuse)
    assert auth.asked == 0
    assert await auth.access() == "clp_a-1"


async def test_only_the_token_that_was_bad_is_forgotten(auth: Auth) -> None:
    first = await auth.access()
    auth.tokens.forget("clp_a", first)
    second = await auth.access()
    auth.tokens.forget("clp_a", first)  # somebody else, who used the first, is late
    assert (second, await auth.access()) == ("clp_a-2", "clp_a-2")
