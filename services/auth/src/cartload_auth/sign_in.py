"""Registration, sign-in and change of password."""

from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from cartload_auth import metrics
from cartload_auth.dependencies import Dependencies
from cartload_auth.domain.throttle import Bucket, Throttled
from cartload_auth.repository import accounts, sessions, throttles
from cartload_auth.repository.accounts import Account
from cartload_auth.repository.sessions import SessionKind
from cartload_auth.user_sessions import OpenedSession, open_session
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
    async with transaction(dependencies.engine) as connection:
        if await accounts.by_name(connection, user_name) is not None:
            raise Conflict(f"The user name {user_name} is taken.")
    await _charge(dependencies, [Bucket(f"register:{address}", dependencies.config.registrations)])
    return await add_account(dependencies, user_name, password, role="customer", once=False)


async def add_account(
    dependencies: Dependencies, user_name: str, password: str, *, role: accounts.Role, once: bool
) -> Account:
    """Hash the password and store the account.

    Raises:
        Conflict: the name is taken.
        Unavailable: too many passwords are being hashed.
    """
    hashed = await dependencies.passwords.hash(password)
    account = Account(str(uuid4()), user_name, role, hashed, once, dependencies.clock())
    try:
        async with transaction(dependencies.engine) as connection:
            await accounts.add(connection, account)
    except IntegrityError as error:
        if is_duplicate_key(error):
            raise Conflict(f"The user name {user_name} is taken.") from error
        raise
    return account


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
        opened = await open_session(connection, account.id, kind, dependencies.clock(), dependencies.config)
    return account, opened


async def change_password(
    dependencies: Dependencies, user_name: str, password: str, new: str, address: str
) -> None:
    """Replace the password of whoever knows the present one, and end all of the account's sessions.

    Raises:
        Unauthorized, TooManyRequests, Unavailable: as `login` does.
    """
    account = await _authenticate(dependencies, user_name, password, address)
    hashed = await dependencies.passwords.hash(new)
    async with transaction(dependencies.engine) as connection:
        await accounts.set_password(connection, account.id, hashed)
        await sessions.end_all(connection, account.id)


async def _authenticate(dependencies: Dependencies, user_name: str, password: str, address: str) -> Account:
    """The account with this name and password. Only wrong attempts stay charged."""
    buckets = _buckets(dependencies, user_name.lower(), address)
    await _charge(dependencies, buckets)
    async with transaction(dependencies.engine) as connection:
        account = await accounts.by_name(connection, user_name)
    try:
        right = await dependencies.passwords.verify(password, account.password_hash if account else None)
    except BaseException:
        await _give_back(dependencies, buckets)
        raise
    if account is None or not right:
        metrics.LOGINS.labels("wrong").inc()
        raise Unauthorized(_WRONG)
    metrics.LOGINS.labels("right").inc()
    await _give_back(dependencies, buckets)
    return account


def _buckets(dependencies: Dependencies, name: str, address: str) -> list[Bucket]:
    config = dependencies.config
    return [
        Bucket(f"address:{address}", config.per_address),
        Bucket(f"account:{name}", config.per_account),
        Bucket(f"pair:{address} {name}", config.per_pair),
    ]


async def _charge(dependencies: Dependencies, buckets: list[Bucket]) -> None:
    async def charge() -> None:
        async with transaction(dependencies.engine) as connection:
            await throttles.charge(connection, buckets, dependencies.clock().timestamp())

    try:
        await retry_on_deadlock(charge)
    except Throttled as throttled:
        metrics.LOGINS.labels("throttled").inc()
        raise TooManyRequests(throttled.retry_after, "Too many attempts, try again later.") from None


async def _give_back(dependencies: Dependencies, buckets: list[Bucket]) -> None:
    async def refund() -> None:
        async with transaction(dependencies.engine) as connection:
            await throttles.refund(connection, buckets)

    await retry_on_deadlock(refund)
