"""What user names and passwords may be."""

import pytest
from pydantic import TypeAdapter, ValidationError

from cartload_auth.api.schemas import NewToken
from cartload_auth.domain.credentials import NewPassword, UserName

NAMES: TypeAdapter[str] = TypeAdapter(UserName)
PASSWORDS: TypeAdapter[str] = TypeAdapter(NewPassword)


@pytest.mark.parametrize("name", ["ada", "Ada.Lovelace", "a@b.example", "x" * 64, "0_1-2+3"])
def test_names_that_may_be_registered(name: str) -> None:
    assert NAMES.validate_python(name) == name


@pytest.mark.parametrize(
    "name", ["", "ab", "x" * 65, " ada", "ada ", "a da", "-ada", "ädä", "ada\n", "ada\x00b", "ａｄａ"]
)
def test_names_that_may_not(name: str) -> None:
    with pytest.raises(ValidationError, match="3 to 64 characters"):
        NAMES.validate_python(name)


@pytest.mark.parametrize("name", ["nightly export", "Übertragung", " 夜間 ", "a"])
def test_names_of_tokens(name: str) -> None:
    assert NewToken(name=name).name == name.strip()


@pytest.mark.parametrize(
    "letter", ["\r", "\n", "\0", "\x1b", "\x85", "\u2028", "\u2029", "\u200e", "\u202e", "\u2066", "\ufeff"]
)
def test_names_of_tokens_are_one_line_of_visible_text(letter: str) -> None:
    with pytest.raises(ValidationError, match="visible characters"):
        NewToken(name=f"nightly{letter}export")
    with pytest.raises(ValidationError, match="a user name has"):
        NAMES.validate_python(f"ada{letter}lovelace")


@pytest.mark.parametrize("password", ["12345678", "x" * 64, "päßwörter", "🔑" * 18, " " * 8])
def test_passwords_that_may_be_chosen(password: str) -> None:
    assert PASSWORDS.validate_python(password) == password


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("1234567", "8 to 64 characters"),
        ("x" * 65, "8 to 64 characters"),
        ("🔑" * 19, "longer than 72 bytes"),
        ("ä" * 37, "longer than 72 bytes"),
        ("1234\x005678", "NUL"),
        ("12345678\ud800", "unicode"),
    ],
)
def test_passwords_that_may_not(password: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){reason}"):
        PASSWORDS.validate_python(password)
