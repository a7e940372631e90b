"""What a user name and a password may be, with messages fit for the person who chose them."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

MIN_PASSWORD, MAX_PASSWORD, MAX_PASSWORD_BYTES = 8, 64, 72
_USER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{2,63}")


def check_user_name(name: str) -> str:
    """Return the name if it may be registered.

    Raises:
        PydanticCustomError: it is too short or long, or has a character that names may not have.
    """
    if _USER_NAME.fullmatch(name) is None:
        raise PydanticCustomError(
            "user_name",
            "a user name has 3 to 64 characters: letters a-z, digits and . _ @ + - "
            "and begins with a letter or digit",
        )
    return name


def normal_user_name(name: str) -> str:
    """Return the one spelling of a name that attempts are counted by, and accounts looked up with.

    The database takes `Ada` and `ada ` for the same name: so attempts must not count them apart.
    """
    return name.strip().lower()


def check_password(password: str) -> str:
    """Return the password if it may be chosen.

    Raises:
        PydanticCustomError: it is too short, too long, or more than bcrypt reads.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise PydanticCustomError("password_length", "a password has 8 to 64 characters")
    if "\x00" in password:
        raise PydanticCustomError("password_null", "a password may not contain the character NUL")
    if len(_encoded(password)) > MAX_PASSWORD_BYTES:
        raise PydanticCustomError(
            "password_bytes",
            "this password is longer than 72 bytes: characters beyond a-z take two to four bytes each",
        )
    return password


def _encoded(password: str) -> bytes:
    try:
        return password.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("password_text", "a password must be valid Unicode text") from None


UserName = Annotated[str, Field(max_length=200, examples=["ada"]), AfterValidator(check_user_name)]
"""A user name at registration."""

NewPassword = Annotated[
    str,
    Field(max_length=1024, examples=["correct horse battery"], json_schema_extra={"format": "password"}),
    AfterValidator(check_password),
]
"""A password that someone chooses."""

GivenUserName = Annotated[str, Field(max_length=200, examples=["ada"]), AfterValidator(normal_user_name)]
"""A user name at sign-in: whatever was typed is merely wrong, never invalid."""

GivenPassword = Annotated[
    str,
    Field(max_length=1024, examples=["correct horse battery"], json_schema_extra={"format": "password"}),
]
"""A password at sign-in: whatever was typed is merely wrong, never invalid."""
