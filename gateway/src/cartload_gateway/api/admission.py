"""Who may pass: tokens are verified, rates and requests in flight limited, before anything is forwarded."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection, Request

from cartload_gateway.adapters.personal_tokens import PREFIX, PersonalTokens
from cartload_gateway.domain.limits import Decision, InFlight, RateLimiter
from cartload_gateway.domain.routing import takes_access_token
from cartload_gateway.metrics import REFUSED
from cartload_kit.errors import TooManyRequests, Unauthorized
from cartload_kit.http.client_address import Network, client_address, counting_key
from cartload_kit.metrics import LIMITS_REFUSED
from cartload_kit.tokens import Identity, TokenVerifier

RELEASE = "cartload.release"
"""Where a request's scope keeps the stack of what is given back when its answer is sent."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may pass, with the Authorization header to forward."""

    authorization: str | None
    address: str
    caller: Identity | None
    """Who it is from; None where nobody is signed in."""
    headers: dict[str, str] = field(default_factory=dict)
    """The rate limit's headers, for the answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often and how much at once: by user, and by address for whoever brings no good token."""

    users: RateLimiter
    addresses: RateLimiter
    files: RateLimiter
    """Files of the UI, by address: a page has dozens of them."""
    token_checks: RateLimiter
    """Personal tokens that auth is asked about, by address."""
    users_at_once: InFlight
    addresses_at_once: InFlight


class Admission:
    """Verifies bearer tokens, exchanges personal ones, and counts requests by user or by address."""

    def __init__(
        self,
        verifier: TokenVerifier,
        personal_tokens: PersonalTokens,
        limits: Limits,
        trusted_proxies: Sequence[Network] = (),
    ) -> None:
        self._verifier = verifier
        self._personal_tokens = personal_tokens
        self._limits = limits
        self._trusted_proxies = trusted_proxies

    @property
    def limits(self) -> Limits:
        """The limits that it keeps."""
        return self._limits

    def address_of(self, connection: HTTPConnection) -> str:
        """The address of the client behind the trusted proxies."""
        return client_address(connection, self._trusted_proxies)

    async def admit(self, request: Request) -> Admitted:
        """Let a request pass; it counts as in flight until its answer is sent.

        Raises:
            TooManyRequests: the user's or the address's bucket is empty, or too many are in flight.
            Unauthorized: it carries a token that is not good.
            Unavailable: the token cannot be checked now.
        """
        address = self.address_of(request)
        key = counting_key(address)
        # Rates first, then the place in flight: a flood is turned away before it can take places, and what
        # is refused for its rate has nothing to give back.
        authorization = request.headers.get("authorization")
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not takes_access_token(request.scope["path"]):
            headers = _passed(self._limits.addresses.take(key))
            _enter(request, self._limits.addresses_at_once, key)
            return Admitted(authorization, address, None, headers)
        caller, token = await self._identify(token, key)
        headers = _passed(self._limits.users.take(caller.user_id))
        _enter(request, self._limits.users_at_once, caller.user_id)
        return Admitted(f"Bearer {token}", address, caller, headers)

    async def _identify(self, token: str, key: str) -> tuple[Identity, str]:
        try:
            if token.startswith(PREFIX):
                return await self._identify_personal(token, self._charge_for_check(key))
            return await self._verifier.verify(token), token
        except TooManyRequests:
            raise  # charged already
        except Exception:
            # Nobody is known to be charged, so the address is: else guessing would cost nothing.
            _passed(self._limits.addresses.take(key))
            raise

    async def _identify_personal(self, token: str, charge: Callable[[], None]) -> tuple[Identity, str]:
        access = await self._personal_tokens.access_token(token, charge)
        try:
            return await self._verifier.verify(access), access
        except Unauthorized:
            # The one that was kept has ended before its time: its key was dropped (`rotate-keys --now`). The
            # personal token is as good as before, so its owner must not hear of that.
            self._personal_tokens.forget(token, access)
        access = await self._personal_tokens.access_token(token, charge)
        return await self._verifier.verify(access), access

    def _charge_for_check(self, key: str) -> Callable[[], None]:
        def charge() -> None:
            _passed(self._limits.token_checks.take(key))

        return charge

    def admit_file(self, request: Request) -> None:
        """Let a request for a file of the UI pass. Raises TooManyRequests."""
        key = counting_key(self.address_of(request))
        _passed(self._limits.files.take(key))
        _enter(request, self._limits.addresses_at_once, key)


def _enter(request: Request, in_flight: InFlight, key: str) -> None:
    leave = in_flight.enter(key)
    if leave is None:
        REFUSED.labels("in flight").inc()
        LIMITS_REFUSED.labels("requests_at_once").inc()
        detail = f"{in_flight.limit} of your requests are being answered; wait until one has ended."
        raise TooManyRequests(1, detail)
    release: AsyncExitStack = request.scope[RELEASE]
    release.callback(leave)


def _passed(decision: Decision) -> dict[str, str]:
    if not decision.allowed:
        REFUSED.labels("rate").inc()
        LIMITS_REFUSED.labels(f"{decision.policy}_rate").inc()
        detail = f"More than {decision.quota} requests in a minute."
        raise TooManyRequests(decision.retry_after, detail, headers=decision.headers)
    return decision.headers
