"""Registration, sign-in and change of password."""

from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from cartload_auth import metrics, throttle
from cartload_auth.ports import Ports
from cartload_auth.sessions import OpenedSession, open_session
from cartload_auth.store import accounts, sessions
from cartload_auth.store.accounts import Account
from cartload_auth.store.sessions import SessionKind
from cartload_auth.throttle import Bucket, Refused
from cartload_kit.database import is_duplicate_key, retry_on_deadlock, transaction
from cartload_kit.errors import Conflict, Forbidden, TooManyRequests, Unauthorized

_WRONG = "The user name or the password is wrong."
_ONCE_ONLY = (
    "This password may only be used to choose a new one: "
    "POST /api/auth/password with user_name, password and new_password."
)


async def register(ports: Ports, user_name: str, password: str, address: str) -> Account:
    """Make an account with the role `customer`.

    Raises:
        Forbidden: registration is closed.
        Conflict: the name is taken.
        TooManyRequests: the address registered too many accounts.
        Unavailable: too many passwords are being hashed.
    """
    if not ports.policy.registration_open:
        raise Forbidden("Registration is closed here: ask an administrator for an account.")
    async with transaction(ports.engine) as connection:
        if await accounts.by_name(connection, user_name) is not None:
            raise Conflict(f"The user name {user_name} is taken.")
    await _charge(ports, [Bucket(f"register:{address}", ports.policy.registrations)])
    return await add_account(ports, user_name, password, role="customer", once=False)


async def add_account(
    ports: Ports, user_name: str, password: str, *, role: accounts.Role, once: bool
) -> Account:
    """Hash the password and store the account.

    Raises:
        Conflict: the name is taken.
        Unavailable: too many passwords are being hashed.
    """
    hashed = await ports.passwords.hash(password)
    account = Account(str(uuid4()), user_name, role, hashed, once, ports.clock())
    try:
        async with transaction(ports.engine) as connection:
            await accounts.add(connection, account)
    except IntegrityError as error:
        if is_duplicate_key(error):
            raise Conflict(f"The user name {user_name} is taken.") from error
        raise
    return account


async def login(
    ports: Ports, user_name: str, password: str, address: str, kind: SessionKind
) -> tuple[Account, OpenedSession]:
    """Open a session for whoever knows the password.

    Raises:
        Unauthorized: name or password is wrong; which one is not told, nor shown by the time it takes.
        Forbidden: the password may only be used to choose a new one.
        TooManyRequests: too many wrong attempts.
        Unavailable: too many passwords are being verified.
    """
    account = await _authenticate(ports, user_name, password, address)
    if account.password_once:
        raise Forbidden(_ONCE_ONLY, code="new_password_required")
    async with transaction(ports.engine) as connection:
        opened = await open_session(connection, account.id, kind, ports.clock(), ports.policy)
    return account, opened


async def change_password(ports: Ports, user_name: str, password: str, new: str, address: str) -> None:
    """Replace the password of whoever knows the present one, and end all of the account's sessions.

    Raises:
        Unauthorized, TooManyRequests, Unavailable: as `login` does.
    """
    account = await _authenticate(ports, user_name, password, address)
    hashed = await ports.passwords.hash(new)
    async with transaction(ports.engine) as connection:
        await accounts.set_password(connection, account.id, hashed)
        await sessions.end_all(connection, account.id)


async def _authenticate(ports: Ports, user_name: str, password: str, address: str) -> Account:
    """The account with this name and password. Only wrong attempts stay charged."""
    buckets = _buckets(ports, user_name.lower(), address)
    await _charge(ports, buckets)
    async with transaction(ports.engine) as connection:
        account = await accounts.by_name(connection, user_name)
    try:
        right = await ports.passwords.verify(password, account.password_hash if account else None)
    except BaseException:
        await _give_back(ports, buckets)
        raise
    if account is None or not right:
        metrics.LOGINS.labels("wrong").inc()
        raise Unauthorized(_WRONG)
    metrics.LOGINS.labels("right").inc()
    await _give_back(ports, buckets)
    return account


def _buckets(ports: Ports, name: str, address: str) -> list[Bucket]:
    policy = ports.policy
    return [
        Bucket(f"address:{address}", policy.per_address),
        Bucket(f"account:{name}", policy.per_account),
        Bucket(f"pair:{address} {name}", policy.per_pair),
    ]


async def _charge(ports: Ports, buckets: list[Bucket]) -> None:
    async def charge() -> None:
        async with transaction(ports.engine) as connection:
            await throttle.charge(connection, buckets, ports.clock().timestamp())

    try:
        await retry_on_deadlock(charge)
    except Refused as refused:
        metrics.LOGINS.labels("throttled").inc()
        raise TooManyRequests(refused.retry_after, "Too many attempts, try again later.") from None


async def _give_back(ports: Ports, buckets: list[Bucket]) -> None:
    async def refund() -> None:
        async with transaction(ports.engine) as connection:
            await throttle.refund(connection, buckets)

    await retry_on_deadlock(refund)
