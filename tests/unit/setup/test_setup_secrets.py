"""Secrets of an installation: at random, once, for their owner only, all or none."""

import base64
import stat
from pathlib import Path

import pytest

from cartload_setup.__main__ import ADMIN, OWNERS, main
from cartload_setup.accounts import Account
from cartload_setup.secrets import COPIES, Servers, make


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_first_start_makes_them_and_the_next_keeps_them(tmp_path: Path) -> None:
    assert make(tmp_path, Servers())
    made = contents(tmp_path)
    assert not make(tmp_path, Servers())
    assert contents(tmp_path) == made


def test_with_an_account_of_ones_own_the_writer_is_not_told_of_the_bundled_one(tmp_path: Path) -> None:
    make(tmp_path, Servers())
    made = contents(tmp_path)
    assert not make(tmp_path, Servers(), bundled_blob=False)
    assert made.keys() - contents(tmp_path).keys() == {"writer/CARTLOAD_BLOB_CONNECTION_STRING"}
    assert not make(tmp_path, Servers())
    assert contents(tmp_path) == made


def test_a_first_start_with_an_account_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARTLOAD_BLOB_ACCOUNT_URL", "https://account.example")
    assert main(["secrets", str(tmp_path)]) == 0
    assert "made" in capsys.readouterr().out
    assert "writer/CARTLOAD_BLOB_CONNECTION_STRING" not in contents(tmp_path)


def test_two_installations_share_nothing(tmp_path: Path) -> None:
    make(tmp_path / "a", Servers())
    make(tmp_path / "b", Servers())
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    make(tmp_path, Servers())
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_each_part_has_its_own_and_nobody_elses(tmp_path: Path) -> None:
    make(tmp_path, Servers("db:1", "blob:2"))
    read = contents(tmp_path)
    passwords = {name: Account.of(read[f"{part}/{name}"]).password for name, part in OWNERS.items()}
    assert len(set(passwords.values())) == len(OWNERS)
    for name, part in OWNERS.items():
        holders = {path for path, text in read.items() if passwords[name] in text}
        assert holders - COPIES.keys() == {f"{part}/{name}"}
    root = read["mysql/MYSQL_ROOT_PASSWORD"]
    assert read[f"setup/{ADMIN}"] == f"mysql://root:{root}@db:1/?tls=off"


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("auth-migrate", {"CARTLOAD_AUTH_DATABASE_URL"}),
        ("checker", {"CARTLOAD_WRITER_DATABASE_URL"}),
        ("setup", {ADMIN, *OWNERS}),
    ],
)
def test_who_needs_a_part_of_a_services_secrets_has_that_part_only(
    tmp_path: Path, part: str, names: set[str]
) -> None:
    make(tmp_path, Servers())
    assert {path.name for path in (tmp_path / part).iterdir()} == names
    for name in names & OWNERS.keys():
        assert (tmp_path / part / name).read_text() == (tmp_path / OWNERS[name] / name).read_text()


def test_an_older_installation_gets_its_copies_and_keeps_the_rest(tmp_path: Path) -> None:
    make(tmp_path, Servers())
    before = contents(tmp_path)
    for copy in COPIES:
        (tmp_path / copy).unlink()
    assert not make(tmp_path, Servers())
    assert contents(tmp_path) == before


def test_an_older_installation_gets_the_secrets_that_came_later(tmp_path: Path) -> None:
    make(tmp_path, Servers())
    before = contents(tmp_path)
    for path in ("shop/CARTLOAD_SHOP_DATABASE_URL", "setup/CARTLOAD_SHOP_DATABASE_URL"):
        (tmp_path / path).unlink()
    assert not make(tmp_path, Servers())
    after = contents(tmp_path)
    assert after.keys() == before.keys()
    changed = {path for path in after if after[path] != before[path]}
    assert changed == {"shop/CARTLOAD_SHOP_DATABASE_URL", "setup/CARTLOAD_SHOP_DATABASE_URL"}


def test_the_blob_key_is_one_that_azurite_takes(tmp_path: Path) -> None:
    make(tmp_path, Servers("db:1", "blob:2"))
    account, _, key = (tmp_path / "azurite/AZURITE_ACCOUNTS").read_text().partition(":")
    assert len(base64.b64decode(key, validate=True)) == 64
    text = (tmp_path / "writer/CARTLOAD_BLOB_CONNECTION_STRING").read_text()
    assert f"AccountName={account};AccountKey={key};BlobEndpoint=http://blob:2/{account};" in text


def test_a_start_that_was_killed_is_begun_again(tmp_path: Path) -> None:
    make(tmp_path, Servers())
    before = contents(tmp_path)
    (tmp_path / "setup/.unfinished").touch()
    (tmp_path / "writer/CARTLOAD_WRITER_DATABASE_URL").unlink()
    assert make(tmp_path, Servers())
    after = contents(tmp_path)
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())


def test_a_lost_secret_is_not_replaced_behind_the_servers_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["secrets", str(tmp_path)]) == 0
    (tmp_path / "auth/CARTLOAD_SIGNING_KEY_SECRET").unlink()
    before = contents(tmp_path)
    assert main(["secrets", str(tmp_path)]) == 1
    assert "some secrets are missing" in capsys.readouterr().err
    assert contents(tmp_path) == before


def test_nothing_secret_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["secrets", str(tmp_path)]) == 0
    printed = "".join(capsys.readouterr())
    assert printed == "The secrets are made.\n"


def test_help_is_not_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    assert "usage" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["secrets"], ["more", "/"], ["secrets", "/a", "/b"]])
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_an_older_installations_urls_say_that_its_network_is_trusted(tmp_path: Path) -> None:
    make(tmp_path, Servers())
    before = contents(tmp_path)
    for path, text in before.items():
        (tmp_path / path).write_text(text.removesuffix("?tls=off"))
    name = "auth/CARTLOAD_AUTH_DATABASE_URL"
    own = "mysql://a:b@elsewhere:3306/c"
    (tmp_path / name).write_text(own)
    assert not make(tmp_path, Servers())
    copies = {copy: own for copy, original in COPIES.items() if original == name}
    assert contents(tmp_path) == {**before, name: own, **copies}
