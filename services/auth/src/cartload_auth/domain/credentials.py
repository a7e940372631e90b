"""What a user name and a password may be, with messages fit for the person who chose them."""

import itertools
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from cartload_auth.domain.common_passwords import COMMON_WORDS, KEYBOARD_WALKS

MIN_PASSWORD, MAX_PASSWORD, MAX_PASSWORD_BYTES = 8, 64, 72
_LEAST_BESIDE_NAME = 4
_LONGEST_PIECE = 4
_HEAD, _TAIL = re.compile(r"^[^a-z]+"), re.compile(r"[^a-z]+$")
_LOOK_ALIKES = str.maketrans("013457@$!|+", "oleastasilt")
_USER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{2,63}")


def check_user_name(name: str) -> str:
    """Return the name if it may be registered.

    Raises:
        PydanticCustomError: it is too short or long, or has a character that names may not have.
    """
    # ASCII only, as the column is: letters of other alphabets that look the same would be names of their own.
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


def normal_password(password: str) -> str:
    """Return the one spelling (NFC) of a password: keyboards differ in how they send an `é`."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str) -> str:
    """Return the password as it is to be hashed, if it may be chosen.

    Raises:
        PydanticCustomError: it is too short, too long, more than bcrypt reads, or easy to guess.
    """
    password = normal_password(password)
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise PydanticCustomError("password_length", "a password has 8 to 64 characters")
    if "\x00" in password:
        raise PydanticCustomError("password_null", "a password may not contain the character NUL")
    if len(_encoded(password)) > MAX_PASSWORD_BYTES:
        raise PydanticCustomError(
            "password_bytes",
            "this password is longer than 72 bytes: characters beyond a-z take two to four bytes each",
        )
    if _is_common(password) or _is_pattern(password):
        raise PydanticCustomError(
            "password_common",
            "this password is one of those that are guessed first: choose several words, or something longer",
        )
    return password


def check_password_of(user_name: str, password: str) -> None:
    """Refuse a password that is hardly more than the user name.

    Raises:
        PydanticCustomError: it is.
    """
    name, chosen = user_name.strip().lower(), password.lower()
    if not name:
        return
    rest = chosen.replace(name, "").replace(name[::-1], "")
    if rest != chosen and len(rest) < _LEAST_BESIDE_NAME:
        raise PydanticCustomError("password_is_name", "a password may not be made of the user name")


def _is_common(password: str) -> bool:
    """Whether it is a common word, maybe with digits and signs around it or in place of letters."""
    text = password.strip().lower()
    if text in KEYBOARD_WALKS:
        return True
    # Signs at an end are decoration in `Password!1` and a letter in `@dmin`: every reading counts.
    shortened = {_HEAD.sub("", text), _TAIL.sub("", text), _TAIL.sub("", _HEAD.sub("", text)), text}
    readings = shortened | {reading.translate(_LOOK_ALIKES) for reading in shortened}
    return not COMMON_WORDS.isdisjoint(readings)


def _is_pattern(password: str) -> bool:
    """Whether it is one short piece again and again, or counts up or down."""
    text = password.strip().lower()
    if any(text == (text[:size] * len(text))[: len(text)] for size in range(1, _LONGEST_PIECE + 1)):
        return True
    # After 9 comes 0 on a keyboard, and `:` in ASCII: so 1234567890 counts up to its end.
    steps = {(ord(b) - ord(a)) for a, b in itertools.pairwise(text.replace("90", "9:").replace("09", ":9"))}
    return steps in ({1}, {-1})


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
    AfterValidator(normal_password),
]
"""A password at sign-in: whatever was typed is merely wrong, never invalid."""
