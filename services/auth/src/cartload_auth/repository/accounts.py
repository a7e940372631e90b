"""Accounts in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.repository.models import accounts

type Role = Literal["customer", "admin"]


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who can sign in, unless disabled.

    `password_once`: the password may only be used to choose a new one.
    """

    id: str
    user_name: str
    role: Role
    password_hash: str
    password_once: bool
    created_at: datetime
    disabled_at: datetime | None = None


async def add(connection: AsyncConnection, account: Account) -> None:
    """Insert an account; a taken name raises the database's duplicate key error."""
    await connection.execute(
        insert(accounts).values(
            id=account.id,
            user_name=account.user_name,
            role=account.role,
            password_hash=account.password_hash,
            password_once=account.password_once,
            created_at=account.created_at,
        )
    )


async def by_name(connection: AsyncConnection, user_name: str) -> Account | None:
    """The account with this name, in any case of letters."""
    # Names are ASCII, so other text is nobody's name, whatever the database would make of it.
    if not user_name.isascii():
        return None
    return await _one(connection, accounts.c.user_name == user_name)


async def by_id(connection: AsyncConnection, account_id: str) -> Account | None:
    """The account with this id."""
    return await _one(connection, accounts.c.id == account_id)


async def locked(connection: AsyncConnection, account_id: str, *, shared: bool = False) -> Account | None:
    """The account with this id, its row locked until the transaction ends; `shared` locks let others in."""
    query = select(accounts).where(accounts.c.id == account_id).with_for_update(read=shared)
    row = (await connection.execute(query)).first()
    return None if row is None else _account(row)


async def set_password(
    connection: AsyncConnection, account_id: str, password_hash: str, *, once: bool = False
) -> None:
    """Replace an account's password."""
    values = {"password_hash": password_hash, "password_once": once}
    await connection.execute(update(accounts).where(accounts.c.id == account_id).values(values))


async def set_role(connection: AsyncConnection, account_id: str, role: Role) -> None:
    """Give an account another role; tokens already out keep the old one until they end."""
    await connection.execute(update(accounts).where(accounts.c.id == account_id).values(role=role))


async def set_disabled(connection: AsyncConnection, account_id: str, since: datetime | None) -> None:
    """Disable an account, or with None enable it again."""
    await connection.execute(update(accounts).where(accounts.c.id == account_id).values(disabled_at=since))


async def page(
    connection: AsyncConnection,
    *,
    prefix: str | None,
    role: Role | None,
    disabled: bool | None,
    after: str | None,
    limit: int,
) -> list[Account]:
    """Accounts by name, those after the given one; filtered by what the name begins with and by state."""
    query = select(accounts).order_by(accounts.c.user_name).limit(limit)
    if prefix is not None:
        if not prefix.isascii():
            return []
        query = query.where(accounts.c.user_name.startswith(prefix, autoescape=True))
    if role is not None:
        query = query.where(accounts.c.role == role)
    if disabled is not None:
        query = query.where(accounts.c.disabled_at.is_not(None) == disabled)
    if after is not None:
        query = query.where(accounts.c.user_name > after)
    return [_account(row) for row in await connection.execute(query)]


async def lock_admins(connection: AsyncConnection) -> list[str]:
    """Ids of the administrators who can sign in, locked: of two who go at once, one sees the other go."""
    able = (accounts.c.role == "admin", accounts.c.disabled_at.is_(None))
    query = select(accounts.c.id).where(*able).order_by(accounts.c.id).with_for_update()
    return list(await connection.scalars(query))


async def remove(connection: AsyncConnection, account_id: str) -> None:
    """Remove an account with its sessions, its tokens and the addresses that it signed in from."""
    await connection.execute(delete(accounts).where(accounts.c.id == account_id))


async def _one(connection: AsyncConnection, condition: ColumnElement[bool]) -> Account | None:
    row = (await connection.execute(select(accounts).where(condition))).first()
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        user_name=row.user_name,
        role=row.role,
        password_hash=row.password_hash,
        password_once=row.password_once,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
