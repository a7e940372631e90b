"""Registration, sign-in and change of password."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from cartload_auth import metrics
from cartload_auth.api.dependencies import Dependencies
from cartload_auth.api.user_sessions import OpenedSession, open_session
from cartload_auth.domain.config import AuthConfig
from cartload_auth.domain.throttle import Bucket, Throttled
from cartload_auth.repository import accounts, known_addresses, personal_tokens, sessions, throttles
from cartload_auth.repository.accounts import Account
from cartload_auth.repository.sessions import SessionKind
from cartload_kit.database import is_duplicate_key, retry_on_deadlock, transaction
from cartload_kit.errors import Conflict, Forbidden, TooManyRequests, Unauthorized

_WRONG = "The user name or the password is wrong."
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
    async with transaction(dependencies.engine) as connection:
        if await accounts.by_name(connection, user_name) is not None:
            raise _taken(user_name)
    async with dependencies.passwords.turn(address) as hasher:
        hashed = await hasher.hash(password)
    account = Account(str(uuid4()), user_name, "customer", hashed, False, dependencies.clock())
    try:
        async with transaction(dependencies.engine) as connection:
            await accounts.add(connection, account)
    except IntegrityError as error:
        if is_duplicate_key(error):
            raise _taken(user_name) from error
        raise
    return account


def _taken(user_name: str) -> Conflict:
    return Conflict(f"The user name {user_name} is taken.")


async def login(
    dependencies: Dependencies, user_name: str, password: str, address: str, kind: SessionKind
) -> tuple[Account, OpenedSession]:
    """Open a session for whoever knows the password.

    Raises:
        Unauthorized: name or password is wrong; which one is not told, nor shown by the time it takes.
        Forbidden: the password may only be used to choose a new one.
        TooManyRequests: too many wrong attempts.
        Unavailable: too many passwords are being verified.
    """
    account = await _authenticate(dependencies, user_name, password, address)
    if account.password_once:
        raise Forbidden(_ONCE_ONLY, code="new_password_required")
    async with transaction(dependencies.engine) as connection:
        now = dependencies.clock()
        await known_addresses.remember(connection, account.id, address, now)
        opened = await open_session(connection, account.id, kind, now, dependencies.config)
    return account, opened


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
    """
    account = await _authenticate(dependencies, user_name, password, address)
    async with dependencies.passwords.turn(address) as hasher:
        hashed = await hasher.hash(new)
    async with transaction(dependencies.engine) as connection:
        await accounts.set_password(connection, account.id, hashed)
        await sessions.end_all(connection, account.id)
        if not keep_personal_tokens:
            await personal_tokens.remove_all(connection, account.id)
        # Whoever knew the old password may have signed in with it: only this address stays a known one.
        await known_addresses.forget_all(connection, account.id)
        await known_addresses.remember(connection, account.id, address, dependencies.clock())


async def _authenticate(dependencies: Dependencies, user_name: str, password: str, address: str) -> Account:
    """The account with this name and password. Only wrong attempts stay charged.

    An attempt is charged only when it has its turn at a password thread: of many right sign-ins at once only
    as many as there are threads are charged at a time, so they never use a limit up.
    """
    async with transaction(dependencies.engine) as connection:
        account = await accounts.by_name(connection, user_name)
        known = account is not None and await known_addresses.is_known(connection, account.id, address)
        buckets = _buckets(dependencies.config, user_name, address, known=known)
        with _too_many():
            await throttles.check(connection, buckets, dependencies.clock().timestamp())
    async with dependencies.passwords.turn(address) as hasher:
        await _charge(dependencies, buckets)
        try:
            right = await hasher.verify(password, account.password_hash if account else None)
        except BaseException:
            await _give_back(dependencies, buckets)
            raise
        if account is not None and right:
            await _give_back(dependencies, buckets)
    if account is None or not right:
        metrics.LOGINS.labels("wrong").inc()
        raise Unauthorized(_WRONG)
    metrics.LOGINS.labels("right").inc()
    return account


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
    async def charge() -> None:
        async with transaction(dependencies.engine) as connection:
            await throttles.charge(connection, buckets, dependencies.clock().timestamp())

    with _too_many():
        await retry_on_deadlock(charge)


@contextmanager
def _too_many() -> Iterator[None]:
    """Tell whoever is throttled when to try again."""
    try:
        yield
    except Throttled as throttled:
        metrics.LOGINS.labels("throttled").inc()
        raise TooManyRequests(throttled.retry_after, "Too many attempts, try again later.") from None


async def _give_back(dependencies: Dependencies, buckets: list[Bucket]) -> None:
    async def refund() -> None:
        async with transaction(dependencies.engine) as connection:
            await throttles.refund(connection, buckets)

    await retry_on_deadlock(refund)
