"""What requests and answers look like."""

import unicodedata
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from cartload_auth.domain.credentials import (
    GivenPassword,
    GivenUserName,
    NewPassword,
    UserName,
    check_password_of,
)
from cartload_auth.repository.accounts import Account
from cartload_auth.repository.personal_tokens import PersonalToken
from cartload_auth.repository.sessions import Session


class Request(BaseModel):
    """A body that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class User(BaseModel):
    """An account as its owner sees it."""

    id: UUID = Field(examples=["0c9f3a52-8a3f-4f0f-9d53-1f6b3a0d2c11"])
    user_name: str = Field(examples=["ada"])
    role: Literal["customer", "admin"]

    @classmethod
    def of(cls, account: Account) -> "User":
        """The user of an account."""
        return cls(id=UUID(account.id), user_name=account.user_name, role=account.role)


class Register(Request):
    """A new account."""

    user_name: UserName
    password: NewPassword

    @field_validator("password")
    @classmethod
    def _is_not_the_name(cls, password: str, info: ValidationInfo) -> str:
        check_password_of(info.data.get("user_name", ""), password)
        return password


class Login(Request):
    """A sign-in."""

    user_name: GivenUserName
    password: GivenPassword
    refresh_in: Literal["cookie", "body"] = Field(
        default="cookie",
        description="Where the refresh token goes: browsers take the cookie, scripts the body.",
    )
    session: Literal["rotating", "plain"] = Field(
        default="rotating",
        description="`plain` gives a refresh token in the body that stays the same until it ends, "
        "for the plain endpoints.",
    )


class ChangePassword(Request):
    """A change of password; also how a one-time password is redeemed."""

    user_name: GivenUserName
    password: GivenPassword
    new_password: NewPassword
    personal_tokens: Literal["revoke", "keep"] = Field(
        default="revoke",
        description="What becomes of the account's personal tokens: whoever knew the old password may have "
        "made some. `keep` is for a change that has no such reason.",
    )

    @field_validator("new_password")
    @classmethod
    def _is_not_the_name(cls, password: str, info: ValidationInfo) -> str:
        check_password_of(info.data.get("user_name", ""), password)
        return password


class DeleteAccount(Request):
    """The deletion of an account."""

    password: GivenPassword


class RefreshToken(Request):
    """A refresh token in a body."""

    refresh_token: str | None = Field(default=None, max_length=512, examples=["clr_Zm9v…"])


class Refresh(RefreshToken):
    """A use of a refresh token."""

    session: Literal["rotating", "plain"] | None = Field(
        default=None,
        description="The kind of session that the caller can go on with; the token of another kind is "
        "refused, and stays as it is. Without it, any kind is taken.",
    )


class AccessToken(BaseModel):
    """An access token."""

    access_token: str = Field(description="A JWT, for the header `Authorization: Bearer`.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds the access token lives.", examples=[900])


class SignedIn(AccessToken):
    """The answer to sign-in and refresh."""

    user: User
    refresh_token: str | None = Field(default=None, description="Only where it was asked for in the body.")


class ShownSession(BaseModel):
    """A place where the account is signed in."""

    id: UUID
    kind: Literal["rotating", "plain"] = Field(description="`plain` is that of the plain endpoints.")
    user_agent: str | None = Field(
        description="What the client called itself at the sign-in; null where it said nothing.",
        examples=["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
    )
    created_at: datetime = Field(description="When it began.")
    renewed_at: datetime = Field(
        description="When its refresh token was last changed; a plain one's never is, since it began."
    )
    expires_at: datetime = Field(description="When it ends by itself.")
    current: bool = Field(description="Whether this request came from it.")

    @classmethod
    def of(cls, session: Session, current: str | None) -> "ShownSession":
        """The session as listed; `current` is the id of the one that asks."""
        return cls(
            id=UUID(session.id),
            kind=session.kind,
            user_agent=session.user_agent,
            created_at=session.created_at,
            renewed_at=session.advanced_at,
            expires_at=session.expires_at,
            current=session.id == current,
        )


class ShownUser(User):
    """An account as administrators see it."""

    created_at: datetime
    disabled_at: datetime | None = Field(description="Since when nobody signs in to it; null: it is in use.")
    sessions: int = Field(description="Where it is signed in now: browsers and scripts.")

    @classmethod
    def listed(cls, account: Account, sessions: int) -> "ShownUser":
        """The account as listed."""
        return cls(
            **User.of(account).model_dump(),
            created_at=account.created_at,
            disabled_at=account.disabled_at,
            sessions=sessions,
        )


class ChangeUser(Request):
    """What an administrator changes of an account; what is left out stays."""

    role: Literal["customer", "admin"] | None = None
    disabled: bool | None = Field(
        default=None,
        strict=True,
        description="Whether nobody may sign in to it: its sessions end, and its personal tokens are refused "
        "for as long. Its jobs and datasets stay as they are.",
    )


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of what breaks a line, turns the direction of text, or is not shown at all."""


def _check_name(name: str) -> str:
    name = name.strip()
    if not name or any(unicodedata.category(character) in _INVISIBLE for character in name):
        raise PydanticCustomError("token_name", "a name has 1 to 100 visible characters")
    return name


class NewToken(Request):
    """A personal token to be made."""

    name: Annotated[str, Field(max_length=100, examples=["nightly export"]), AfterValidator(_check_name)]
    expires_in_days: int = Field(default=90, ge=1, le=365, strict=True)


class Token(BaseModel):
    """A personal token, without its secret."""

    id: UUID
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To the minute; null when it was never used.")

    @classmethod
    def of(cls, token: PersonalToken) -> "Token":
        """The token as listed."""
        return cls.model_validate(token, from_attributes=True)


class ShownToken(Token):
    """A personal token with its secret, which is shown this once."""

    token: str = Field(examples=["clp_Zm9v…"])


class Exchange(Request):
    """A personal token to be exchanged."""

    token: str = Field(max_length=512)
