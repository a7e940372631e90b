"""The OpenAPI document, and the settings."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from cartload_auth.app import build
from cartload_auth.settings import AuthSettings

REQUIRED = {
    "port": 1,
    "auth_database_url": "mysql://user:password@host:1/database",
    "generator_url": "http://generator:1",
    "shop_url": "http://shop:1",
}
PATHS = {
    "/.well-known/jwks.json",
    "/api/admin/users",
    "/api/admin/users/{user_id}",
    "/api/auth/account",
    "/api/auth/login",
    "/api/auth/logout",
    "/api/auth/me",
    "/api/auth/password",
    "/api/auth/refresh",
    "/api/auth/register",
    "/api/auth/sessions",
    "/api/auth/sessions/{session_id}",
    "/api/auth/tokens",
    "/api/auth/tokens/{token_id}",
}


def test_the_document_names_every_public_path_and_nothing_internal() -> None:
    assert set(build().openapi()["paths"]) == PATHS


def test_every_operation_says_what_it_does() -> None:
    for path in build().openapi()["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["responses"]


def test_the_defaults_are_those_of_the_design() -> None:
    config = AuthSettings.model_validate(REQUIRED).config()
    assert config.access_lifetime == timedelta(minutes=15)
    assert config.refresh_lifetime == timedelta(days=7)
    assert config.registration_open


def test_a_session_never_ends_before_its_refresh_token() -> None:
    config = AuthSettings.model_validate({**REQUIRED, "refresh_token_days": 60}).config()
    assert config.session_lifetime == timedelta(days=60)


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_database_url": "postgres://a:b@c/d"},
        {"generator_url": "generator"},
        {"shop_url": "shop"},
        {"signing_key_secret": "short"},
        {"registration": "maybe"},
        {"access_token_minutes": 0},
        {"access_token_minutes": 61},
        {"public_origins": "shop.example"},
        {"login_attempts": 20, "login_attempts_account": 19},
        {"login_attempts": 3, "password_workers": 4},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AuthSettings.model_validate({**REQUIRED, **wrong})


def test_secrets_do_not_show() -> None:
    settings = AuthSettings.model_validate({**REQUIRED, "signing_key_secret": "sixteen letters!"})
    assert "password@" not in repr(settings)
    assert "letters" not in repr(settings)
