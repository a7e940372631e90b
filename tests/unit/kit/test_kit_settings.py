"""Settings: what is accepted, and that each thing wrong is one clear line."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from cartload_kit import settings_docs
from cartload_kit.settings import (
    CommaList,
    Conflict,
    DatabaseUrl,
    HttpUrl,
    Origins,
    Settings,
    load,
)


class SampleSettings(Settings):
    """A role with one field of each kind."""

    database_url: DatabaseUrl = Field(description="Where the rows are.")
    upstream_url: HttpUrl = Field(default="http://127.0.0.1:1", description="Who is asked.")
    origins: Origins = Field(default=(), description="Who may ask.")
    names: CommaList = Field(default=("a", "b"), description="Some names.")
    api_password: SecretStr | None = Field(default=None, description="A secret.")
    keys: Path | None = Field(default=None, description="A folder.")
    share: float = Field(default=0.5, gt=0, le=1, description="A share.")
    password_tries: int = Field(default=3, description="No secret.")
    strict: bool = Field(default=True, description="Whether | not.")


GOOD = {"CARTLOAD_PORT": "8000", "CARTLOAD_DATABASE_URL": "mysql://u:hunter2@h:3306/d"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refused(capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as error:
        load(SampleSettings)
    assert error.value.code == 2
    return capsys.readouterr().err.splitlines()


def test_values_come_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CARTLOAD_ORIGINS", "http://a:1, HTTPS://B ,")
    environment.setenv("CARTLOAD_UPSTREAM_URL", "http://h:1/")
    found = load(SampleSettings)
    assert (found.port, found.host, found.log_level) == (8000, "127.0.0.1", "info")
    assert found.origins == ("http://a:1", "https://b")
    assert found.upstream_url == "http://h:1"
    assert found.database_url.get_secret_value() == GOOD["CARTLOAD_DATABASE_URL"]


def test_arguments_win_and_an_empty_variable_is_not_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CARTLOAD_HOST", "")
    assert load(SampleSettings, port=9).port == 9
    assert load(SampleSettings).host == "127.0.0.1"


def test_settings_cannot_be_changed(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(SampleSettings).__setattr__("port", 1)


@pytest.mark.usefixtures("environment")
def test_secrets_are_not_in_the_text_of_settings() -> None:
    assert "hunter2" not in repr(load(SampleSettings))


def test_each_problem_is_one_line(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("CARTLOAD_PORT", "70000")
    environment.setenv("CARTLOAD_LOG_LEVEL", "loud")
    environment.setenv("CARTLOAD_SHARE", "0")
    lines = refused(capsys)
    assert lines == [
        "CARTLOAD_PORT='70000': must be less than or equal to 65535",
        "CARTLOAD_LOG_LEVEL='loud': must be 'debug', 'info', 'warning' or 'error'",
        "CARTLOAD_SHARE='0': must be greater than 0",
    ]


def test_what_is_missing_is_named_with_its_meaning(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("CARTLOAD_DATABASE_URL")
    assert refused(capsys) == ["CARTLOAD_DATABASE_URL is not set: Where the rows are."]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CARTLOAD_DATABASE_URL", "postgres://u:hunter2@h/d", "mysql://user:password@host:port/database"),
        ("CARTLOAD_DATABASE_URL", "mysql://u:hunter2@h", "mysql://user:password@host:port/database"),
        ("CARTLOAD_DATABASE_URL", "mysql://u:hunter2@h/d?ssl=1", "?tls=verify&ca=/path or ?tls=off"),
        ("CARTLOAD_DATABASE_URL", "mysql://u:hunter2@h/d?tls=maybe", "?tls=verify&ca=/path or ?tls=off"),
        ("CARTLOAD_DATABASE_URL", "mysql://h/d", "mysql://user:password@host:port/database"),
        ("CARTLOAD_UPSTREAM_URL", "ftp://u:hunter2@h", "http://host:port"),
        ("CARTLOAD_UPSTREAM_URL", "http://h:port", "http://host:port"),
        ("CARTLOAD_DATABASE_URL", "mysql://u:hunter2@h:x/d", "mysql://user:password@host:port/database"),
        ("CARTLOAD_ORIGINS", "http://a/path", "origins"),
    ],
)
def test_wrong_urls_are_refused_without_their_secrets(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, told: str
) -> None:
    environment.setenv(name, value)
    (line,) = refused(capsys)
    assert line.startswith(f"{name}=")
    assert told in line
    assert "hunter2" not in line


def test_the_page_has_a_row_for_every_variable() -> None:
    page = settings_docs.render([SampleSettings, Settings])
    role = settings_docs.role_of(SampleSettings)
    assert f"| `CARTLOAD_DATABASE_URL` | {role} | URL (secret) | required | Where the rows are. |" in page
    assert f"| `CARTLOAD_KEYS` | {role} | path | empty | A folder. |" in page
    assert f"| `CARTLOAD_PASSWORD_TRIES` | {role} | whole number | `3` | No secret. |" in page
    assert "whole number, 1 to 65535 | required |" in page
    assert "| `debug`, `info`, `warning`, `error` | `info` |" in page
    assert "| number, above 0, at most 1 | `0.5` |" in page
    assert "| list, separated by commas | `a,b` |" in page
    assert "| `true`, `false` | `true` | Whether \\| not. |" in page
    assert "text (secret) | empty | A secret. |" in page
    assert page.count("`CARTLOAD_HOST`") == 1
    assert page == settings_docs.render([Settings, SampleSettings])


def test_roles_are_named_after_module_and_class() -> None:
    worker = type("WorkerSettings", (Settings,), {"__module__": "cartload_generator.settings"})
    auth = type("AuthSettings", (Settings,), {"__module__": "cartload_auth.settings"})
    assert settings_docs.role_of(worker) == "generator worker"
    assert settings_docs.role_of(auth) == "auth"


def test_a_field_without_a_description_is_refused() -> None:
    class BareSettings(Settings):
        bare: int = 1

    with pytest.raises(ValueError, match="bare has no description"):
        settings_docs.render([BareSettings])


def secrets_in(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    monkeypatch.setenv("CARTLOAD_SECRETS_DIR", str(folder))


def test_a_file_stands_for_the_variable_of_its_name(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.delenv("CARTLOAD_DATABASE_URL")
    secrets_in(tmp_path, environment, CARTLOAD_DATABASE_URL="mysql://f:hunter3@h/d\n")
    assert load(SampleSettings).database_url.get_secret_value() == "mysql://f:hunter3@h/d"


def test_a_variable_wins_over_a_file_and_an_empty_one_does_not(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets_in(tmp_path, environment, CARTLOAD_DATABASE_URL="mysql://f:hunter3@h/d", CARTLOAD_SHARE="0.25")
    environment.setenv("CARTLOAD_SHARE", "")
    found = load(SampleSettings)
    assert found.database_url.get_secret_value() == GOOD["CARTLOAD_DATABASE_URL"]
    assert found.share == 0.25


def test_a_wrong_file_is_told_without_its_secret(
    environment: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("CARTLOAD_DATABASE_URL")
    secrets_in(tmp_path, environment, CARTLOAD_DATABASE_URL="hunter3")
    (line,) = refused(capsys)
    assert line.startswith("CARTLOAD_DATABASE_URL=")
    assert "hunter3" not in line


def test_a_folder_of_secrets_that_is_none_is_told(
    environment: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("CARTLOAD_SECRETS_DIR", str(tmp_path / "none"))
    (line,) = refused(capsys)
    assert line.startswith("CARTLOAD_SECRETS_DIR=")


class PoolSettings(Settings):
    """A role whose settings depend on each other."""

    tasks: int = Field(default=4, ge=1, description="Tasks at once.")
    connections: int = Field(default=8, ge=1, description="Connections at most.")
    first_secret: SecretStr | None = Field(default=None, description="One.")
    second_secret: SecretStr | None = Field(default=None, description="The other.")

    def conflicts(self) -> Iterable[Conflict]:
        if self.connections < 2 * self.tasks:
            yield Conflict(("connections", "tasks"), "each task needs two connections")
        if self.first_secret is not None and self.first_secret == self.second_secret:
            yield Conflict(("first_secret", "second_secret"), "must differ")


def refused_pool(capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit):
        load(PoolSettings)
    return capsys.readouterr().err.splitlines()


def test_settings_that_do_not_fit_together_are_told_with_both_names_and_values(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(PoolSettings).connections == 8
    environment.setenv("CARTLOAD_TASKS", "5")
    environment.setenv("CARTLOAD_FIRST_SECRET", "hunter{2}")
    environment.setenv("CARTLOAD_SECOND_SECRET", "hunter{2}")
    assert refused_pool(capsys) == [
        "CARTLOAD_CONNECTIONS=8 and CARTLOAD_TASKS=5: each task needs two connections",
        "CARTLOAD_FIRST_SECRET=******** and CARTLOAD_SECOND_SECRET=********: must differ",
    ]


def test_a_field_that_is_wrong_by_itself_is_told_alone(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("CARTLOAD_TASKS", "0")
    assert refused_pool(capsys) == ["CARTLOAD_TASKS='0': must be greater than or equal to 1"]
