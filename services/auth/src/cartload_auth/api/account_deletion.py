"""Deleting an account: gone with the answer, with its sessions and tokens; datasets and shops follow.

What is to be deleted elsewhere is noted in the transaction that removes the account, and the services that
have it are told until all have taken the order: while one is away, nothing is lost and the account is gone
all the same.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.api.dependencies import Dependencies
from cartload_auth.api.sign_in import authenticate, require_unchanged
from cartload_auth.domain import access_tokens
from cartload_auth.domain.config import EXCHANGED_LIFETIME
from cartload_auth.repository import accounts, deleted_accounts
from cartload_kit.database import transaction
from cartload_kit.describe_error import describe_error
from cartload_kit.errors import Conflict, FieldError, Unauthorized, Unprocessable
from cartload_kit.logging import get_logger

_AT_ONCE = 100
_log = get_logger(__name__)


async def delete_account(dependencies: Dependencies, account_id: str, password: str, address: str) -> None:
    """Delete the account of whoever asks and knows its password.

    Raises:
        Unauthorized: the account is gone.
        Unprocessable: the password is wrong.
        Conflict: it is the last administrator.
        TooManyRequests, Unavailable: as `sign_in.login` does.
    """
    async with transaction(dependencies.engine) as connection:
        account = await accounts.by_id(connection, account_id)
    if account is None:
        raise Unauthorized("The account is gone.")
    try:
        known = await authenticate(dependencies, account.user_name, password, address)
    except Unauthorized as error:
        # Not 401: the access token is good, and a browser would renew it and ask again.
        raise Unprocessable([FieldError(field="password", message="This is not the password.")]) from error

    async def remove(connection: AsyncConnection) -> None:
        present = await require_unchanged(connection, known)
        if present.role == "admin":
            await require_another_admin(connection, present.id)
        await accounts.remove(connection, present.id)
        await deleted_accounts.add(connection, present.id, dependencies.clock())

    await dependencies.in_transaction(remove)
    await _delete_data_or_later(dependencies, account_id)


async def require_another_admin(connection: AsyncConnection, account_id: str) -> None:
    """Raise Conflict when nobody but this account is an administrator."""
    if not set(await accounts.lock_admins(connection)) - {account_id}:
        raise Conflict("This is the last administrator: make another one first.")


async def delete_waiting_data(dependencies: Dependencies) -> None:
    """Tell the services of deleted accounts that they were not told of."""
    async with transaction(dependencies.engine) as connection:
        waiting = await deleted_accounts.waiting(connection, _AT_ONCE)
    for account_id in waiting:
        await _delete_data_or_later(dependencies, account_id)


async def _delete_data_or_later(dependencies: Dependencies, account_id: str) -> None:
    try:
        await _delete_data(dependencies, account_id)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is noted and tried again
        _log.warning("what a deleted account owns is deleted later: %s", describe_error(error))


async def _delete_data(dependencies: Dependencies, account_id: str) -> None:
    now = dependencies.clock()
    token, _ = access_tokens.issue(
        dependencies.keys.ring.signer(now),
        dependencies.config,
        account_id=account_id,
        role="customer",
        now=now,
        lifetime=EXCHANGED_LIFETIME,
    )
    await dependencies.data_owners.delete_owner(token)
    await dependencies.in_transaction(lambda connection: deleted_accounts.remove(connection, account_id))
