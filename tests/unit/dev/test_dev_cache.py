"""The shared cache: whole entries or none, also under two builders at once."""

import threading
from pathlib import Path

import pytest

from cartload_dev.cache import Cache


def test_the_cache_lies_under_xdg_cache_home(tmp_path: Path) -> None:
    assert Cache.of({"XDG_CACHE_HOME": str(tmp_path)}).root == tmp_path / "cartload"


@pytest.mark.parametrize("environ", [{}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "not/absolute"}])
def test_the_cache_lies_in_the_home_otherwise(environ: dict[str, str]) -> None:
    assert Cache.of(environ).root == Path.home() / ".cache" / "cartload"


def test_an_entry_is_built_once(tmp_path: Path) -> None:
    cache, calls = Cache(tmp_path / "cache"), []

    def build(into: Path) -> None:
        calls.append(into)
        (into / "program").write_text("x")

    first = cache.install("thing-1", build)
    second = cache.install("thing-1", build)
    assert first == second == cache.find("thing-1")
    assert (first / "program").read_text() == "x"
    assert len(calls) == 1


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def build(into: Path) -> None:
        (into / "half").write_text("x")
        raise OSError("the network is gone")

    with pytest.raises(OSError, match="network"):
        cache.install("thing", build)
    assert cache.find("thing") is None
    assert [path.name for path in tmp_path.iterdir()] == ["thing.lock"]


def test_what_a_killed_build_left_is_removed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    (tmp_path / ".thing.abc").mkdir()
    (tmp_path / "thing").mkdir()
    entry = cache.install("thing", lambda into: (into / "whole").touch())
    assert (entry / "whole").exists()
    assert not (tmp_path / ".thing.abc").exists()


def test_two_checkouts_at_once_build_it_once(tmp_path: Path) -> None:
    calls: list[Path] = []
    begun, go_on = threading.Event(), threading.Event()

    def build(into: Path) -> None:
        calls.append(into)
        begun.set()
        assert go_on.wait(10)

    def other_checkout() -> None:
        entries.append(Cache(tmp_path).install("thing", build))

    entries: list[Path] = []
    threads = [threading.Thread(target=other_checkout) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(calls) == 1
    assert entries[0] == entries[1]
