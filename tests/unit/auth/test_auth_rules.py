"""What user names and passwords may be."""

import pytest
from pydantic import TypeAdapter, ValidationError

from cartload_auth.api.schemas import ChangePassword, Login, NewToken, Register
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


CHOSEN = "correct horse battery|ten-past-nine|päßwörter|🔑🗝️ keys 🚪🏠|x7x7x7x7x7y|tr33-hugger|31 Dec 1999!"
GUESSED_FIRST = """
password PASSWORD Password1 p@ssw0rd P4$$w0rd!2026 @dmin123 qwertyuiop letmein123 iloveyou 12345678 1234567890
0987654321 87654321 abcdefgh 00000000 abababab abcabcabc 12341234 trustno1 1q2w3e4r changeme! cartload
Summer2026!
"""


@pytest.mark.parametrize("password", CHOSEN.split("|"))
def test_passwords_that_may_be_chosen(password: str) -> None:
    assert PASSWORDS.validate_python(password) == password


@pytest.mark.parametrize(
    "password", [*GUESSED_FIRST.split(), "  password  ", " " * 8, "\u2003" * 9, "x" * 64]
)
def test_passwords_that_are_guessed_first(password: str) -> None:
    with pytest.raises(ValidationError, match="guessed first"):
        PASSWORDS.validate_python(password)


@pytest.mark.parametrize(
    "password", ["ada.lovelace", "Ada.Lovelace", "ada.lovelace12", "ecalevol.ada", "ada.lovelaceada.lovelace"]
)
def test_the_user_name_is_no_password(password: str) -> None:
    for fields in ({"password": password}, {"password": "old", "new_password": password}):
        model = ChangePassword if "new_password" in fields else Register
        with pytest.raises(ValidationError, match="made of the user name"):
            model.model_validate({"user_name": "ada.lovelace", **fields})


def test_a_name_within_a_longer_password_is_fine() -> None:
    Register.model_validate({"user_name": "ada", "password": "canadarm lifts"})
    Register.model_validate({"user_name": "ada", "password": "ada and charles"})


def test_a_password_is_one_however_its_letters_are_sent() -> None:
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"
    assert PASSWORDS.validate_python(decomposed) == composed
    given = Login.model_validate({"user_name": "ada", "password": decomposed})
    assert given.password == composed


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("1234567", "8 to 64 characters"),
        ("x" * 65, "8 to 64 characters"),
        ("🔑🗝" * 10, "longer than 72 bytes"),
        ("äö" * 19, "longer than 72 bytes"),
        ("1234\x005678", "NUL"),
        ("12345678\ud800", "unicode"),
    ],
)
def test_passwords_that_may_not(password: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){reason}"):
        PASSWORDS.validate_python(password)
