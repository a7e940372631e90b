"""What administrators see and change of accounts."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.api.account_deletion import require_another_admin
from cartload_auth.api.dependencies import Dependencies
from cartload_auth.api.schemas import ChangeUser, ShownUser
from cartload_auth.repository import accounts, sessions
from cartload_auth.repository.accounts import Account, Role
from cartload_kit.database import transaction
from cartload_kit.errors import Forbidden, NotFound
from cartload_kit.logging import get_logger

_log = get_logger(__name__)


async def page(
    dependencies: Dependencies,
    *,
    prefix: str | None,
    role: Role | None,
    disabled: bool | None,
    after: str | None,
    limit: int,
) -> list[ShownUser]:
    """Accounts by name, those after the given one."""
    async with transaction(dependencies.engine) as connection:
        found = await accounts.page(
            connection, prefix=prefix, role=role, disabled=disabled, after=after, limit=limit
        )
        return await _shown(dependencies, connection, found)


async def find(dependencies: Dependencies, user_id: str) -> ShownUser:
    """One account. Raises NotFound."""
    async with transaction(dependencies.engine) as connection:
        [user] = await _shown(dependencies, connection, [_there(await accounts.by_id(connection, user_id))])
        return user


async def change(dependencies: Dependencies, admin_id: str, user_id: str, wanted: ChangeUser) -> ShownUser:
    """Give an account another role, disable it or enable it again.

    Raises:
        NotFound: there is no such account.
        Conflict: nobody would be left who is an administrator and can sign in.
        Forbidden: who asks is no administrator any more.
    """

    async def do(connection: AsyncConnection) -> ShownUser:
        # The token says what its account was up to a quarter of an hour ago.
        if admin_id not in await accounts.lock_admins(connection):
            raise Forbidden("Your account is no administrator any more.")
        account = _there(await accounts.locked(connection, user_id))
        if wanted.disabled or wanted.role == "customer":
            await require_another_admin(connection, account.id)
        if wanted.role is not None:
            await accounts.set_role(connection, account.id, wanted.role)
        if wanted.disabled is not None:
            since = account.disabled_at or dependencies.clock()
            await accounts.set_disabled(connection, account.id, since if wanted.disabled else None)
        if wanted.disabled:
            await sessions.end_all(connection, account.id)
        [user] = await _shown(dependencies, connection, [_there(await accounts.by_id(connection, user_id))])
        return user

    changed = await dependencies.in_transaction(do)
    _log.info(
        "an administrator changed an account",
        extra={"admin_id": admin_id, "user_id": user_id, **wanted.model_dump(exclude_none=True)},
    )
    return changed


async def _shown(
    dependencies: Dependencies, connection: AsyncConnection, found: Sequence[Account]
) -> list[ShownUser]:
    ids = [account.id for account in found]
    numbers = await sessions.count(connection, ids, dependencies.clock()) if ids else {}
    return [ShownUser.listed(account, numbers.get(account.id, 0)) for account in found]


def _there(account: Account | None) -> Account:
    if account is None:
        raise NotFound("There is no such user.")
    return account
