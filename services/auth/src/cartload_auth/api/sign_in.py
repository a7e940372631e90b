"""Registration, sign-in and change of password."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth import metrics
from cartload_auth.api.dependencies import Dependencies
from cartload_auth.api.user_sessions import OpenedSession, open_session
from cartload_auth.domain.config import AuthConfig
from cartload_auth.domain.throttle import Bucket, Throttled
from cartload_auth.repository import accounts, known_addresses, personal_tokens, sessions, throttles
from cartload_auth.repository.accounts import Account
from cartload_auth.repository.sessions import SessionKind
from cartload_kit.database import is_duplicate_key, transaction
from cartload_kit.errors import Conflict, FieldError, Forbidden, TooManyRequests, Unauthorized, Unprocessable
from cartload_kit.metrics import LIMITS_REFUSED

_WRONG = "The user name or the password is wrong."
_NOBODY = ""
_ONCE_ONLY = (
    "This password may only be used to choose a new one: "
    "POST /api/auth/password with user_name, password and new_password."
)


async def register(dependencies: Dependencies, user_name: str, password: str, address: str) -> Account:
    """Make an account with the role `customer`.

    Raises:
        Forbidden: registration is closed.
        Conflict: the name is taken.
        TooManyRequests: the address registered too many accounts.
        Unavailable: too many passwords are being hashed.
    """
    if not dependencies.config.registration_open:
        raise Forbidden("Registration is closed here: ask an administrator for an account.")
    # Charged before the name is looked up: else anybody could ask for names without end.
    await _charge(dependencies, [Bucket(f"register:{address}", dependencies.config.registrations)])
    # Looked up before the password is hashed: a taken name must not cost a quarter of a CPU second.
    async with transaction(dependencies.engine) as connection:
        if await accounts.by_name(connection, user_name) is not None:
            raise _taken(user_name)
    async with dependencies.passwords.turn(address) as hasher:
        hashed = await hasher.hash(password)
    account = Account(str(uuid4()), user_name, "customer", hashed, False, dependencies.clock())
    try:
        await dependencies.in_transaction(lambda connection: accounts.add(connection, account))
    except IntegrityError as error:
        # Somebody else took the name while this password was hashed.
        if is_duplicate_key(error):
            raise _taken(user_name) from error
        raise
    return account


def _taken(user_name: str) -> Conflict:
    return Conflict(f"The user name {user_name} is taken.")


async def login(
    dependencies: Dependencies,
    user_name: str,
    password: str,
    address: str,
    kind: SessionKind,
    user_agent: str | None,
) -> tuple[Account, OpenedSession]:
    """Open a session for whoever knows the password.

    Raises:
        Unauthorized: name or password is wrong; which one is not told, nor shown by the time it takes.
        Forbidden: the password may only be used to choose a new one, or the account is disabled.
        TooManyRequests: too many wrong attempts.
        Unavailable: too many passwords are being verified.
    """
    account = await authenticate(dependencies, user_name, password, address)
    if account.password_once:
        raise Forbidden(_ONCE_ONLY, code="new_password_required")

    async def open_it(connection: AsyncConnection) -> OpenedSession:
        now = dependencies.clock()
        await require_unchanged(connection, account, shared=True)
        await known_addresses.remember(connection, account.id, address, now)
        return await open_session(connection, account.id, kind, user_agent, now, dependencies.config)

    return account, await dependencies.in_transaction(open_it)


async def change_password(
    dependencies: Dependencies,
    user_name: str,
    password: str,
    new: str,
    address: str,
    *,
    keep_personal_tokens: bool = False,
) -> None:
    """Replace the password of whoever knows the present one, and end all of the account's sessions.

    Its personal tokens go too, unless they are to be kept: the gateway may take one for a minute more.

    Raises:
        Unauthorized, TooManyRequests, Unavailable: as `login` does.
        Forbidden: the account is disabled.
        Unprocessable: a one-time password is to be kept.
    """
    account = await authenticate(dependencies, user_name, password, address)
    if account.password_once and new == password:
        # Others may have read it: it was printed on a terminal, and maybe sent on.
        message = "a one-time password cannot be kept: choose another one"
        raise Unprocessable([FieldError(field="new_password", message=message)])
    async with dependencies.passwords.turn(address) as hasher:
        hashed = await hasher.hash(new)

    async def replace(connection: AsyncConnection) -> None:
        await require_unchanged(connection, account)
        await accounts.set_password(connection, account.id, hashed)
        await sessions.end_all(connection, account.id)
        if not keep_personal_tokens:
            await personal_tokens.remove_all(connection, account.id)
        # Whoever knew the old password may have signed in with it: only this address stays a known one.
        await known_addresses.forget_all(connection, account.id)
        await known_addresses.remember(connection, account.id, address, dependencies.clock())

    await dependencies.in_transaction(replace)


async def require_unchanged(
    connection: AsyncConnection, account: Account, *, shared: bool = False
) -> Account:
    """The account as it is now, locked.

    Raises Unauthorized when its password was replaced since it was verified, Forbidden when it is disabled.

    Verifying and hashing take a second where many wait. Without this, a session opened with the old password,
    or a second change by whoever else knows it, would outlive the change that was to end both.
    """
    # The lock holds until the transaction ends, so a change waits for the sessions it is to end. Sign-ins
    # share it: they hinder each other no more than before.
    present = await accounts.locked(connection, account.id, shared=shared)
    if present is None or present.password_hash != account.password_hash:
        raise Unauthorized(_WRONG)
    if present.disabled_at is not None:
        raise Forbidden("This account is disabled: ask an administrator.", code="account_disabled")
    return present


async def authenticate(dependencies: Dependencies, user_name: str, password: str, address: str) -> Account:
    """The account with this name and password. Only wrong attempts stay charged.

    An attempt is charged only when it has its turn at a password thread: of many right sign-ins at once only
    as many as there are threads are charged at a time, so they never use a limit up.

    Raises:
        Unauthorized, TooManyRequests, Unavailable: as `login` does.
    """
    try:
        account, right = await _try_password(dependencies, user_name, password, address)
    except TooManyRequests:
        metrics.LOGINS.labels("throttled").inc()
        raise
    if account is None or not right:
        metrics.LOGINS.labels("wrong").inc()
        raise Unauthorized(_WRONG)
    metrics.LOGINS.labels("right").inc()
    return account


async def _try_password(
    dependencies: Dependencies, user_name: str, password: str, address: str
) -> tuple[Account | None, bool]:
    async with transaction(dependencies.engine) as connection:
        account = await accounts.by_name(connection, user_name)
        # Asked for an unknown name too: one question less would show in the time.
        known = await known_addresses.is_known(connection, account.id if account else _NOBODY, address)
        buckets = _buckets(dependencies.config, user_name, address, known=known)
        # Looked at before the queue, so that a guesser who is refused takes no place in it. The charge below
        # decides: of many who pass here at once it lets as many through as the bucket has room for.
        with _too_many():
            await throttles.check(connection, buckets, dependencies.clock().timestamp())
    async with dependencies.passwords.turn(address) as hasher:
        # Before the password is verified: guesses side by side would otherwise all pass before one counts.
        await _charge(dependencies, buckets)
        try:
            # An unknown name is verified too, against a hash that nothing has: else the time would tell it.
            right = await hasher.verify(password, account.password_hash if account else None)
        except BaseException:
            await _give_back(dependencies, buckets)
            raise
        if account is not None and right:
            await _give_back(dependencies, buckets)
    return account, right


def _buckets(config: AuthConfig, name: str, address: str, *, known: bool) -> list[Bucket]:
    """Whom an attempt is charged to.

    Where the account signed in from this address before, only the two of them together: whatever strangers
    try, on this account from elsewhere or on others from here, its owner is not refused for it.
    """
    pair = Bucket(f"pair:{address} {name}", config.per_pair)
    if known:
        return [pair]
    return [
        pair,
        Bucket(f"address:{address}", config.per_address),
        Bucket(f"account:{name}", config.per_account),
    ]


async def _charge(dependencies: Dependencies, buckets: list[Bucket]) -> None:
    now = dependencies.clock().timestamp()
    with _too_many():
        await dependencies.in_transaction(lambda connection: throttles.charge(connection, buckets, now))


@contextmanager
def _too_many() -> Iterator[None]:
    """Tell whoever is throttled when to try again."""
    try:
        yield
    except Throttled as throttled:
        LIMITS_REFUSED.labels("login_attempts").inc()
        raise TooManyRequests(throttled.retry_after, "Too many attempts, try again later.") from None


async def _give_back(dependencies: Dependencies, buckets: list[Bucket]) -> None:
    await dependencies.in_transaction(lambda connection: throttles.refund(connection, buckets))
