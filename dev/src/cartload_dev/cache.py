"""The download cache that every checkout of this user shares."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

DONE = ".complete"


class Cache:
    """Installed things by name; an entry is whole or absent, also when two checkouts install at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Cache":
        """Return the user's cache: `$XDG_CACHE_HOME/cartload`, or `~/.cache/cartload`."""
        base = environ.get("XDG_CACHE_HOME", "")
        parent = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
        return cls(parent / "cartload")

    def find(self, name: str) -> Path | None:
        """Return the folder of an installed entry, or None."""
        entry = self.root / name
        return entry if (entry / DONE).exists() else None

    def install(self, name: str, build: Callable[[Path], None]) -> Path:
        """Return the entry's folder, made by `build` (into an empty folder) when it is not there yet.

        One process builds while others wait for its lock; a failed or killed build leaves no entry.
        """
        found = self.find(name)
        if found is not None:
            return found
        self.root.mkdir(parents=True, exist_ok=True)
        with self._locked(name):
            # Looked for again: another may have built it while this one waited for the lock.
            return self.find(name) or self._build(name, build)

    def _build(self, name: str, build: Callable[[Path], None]) -> Path:
        self._remove_leftovers(name)
        # Beside the entry and not in /tmp: a rename within one file system is atomic.
        fresh = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=self.root))
        entry = self.root / name
        try:
            build(fresh)
            # The mark is inside what is renamed, so an entry has it or is not there.
            (fresh / DONE).touch()
            # mkdtemp lets only the owner in.
            fresh.chmod(0o755)
            # An entry without the mark is nobody's: rename cannot replace a folder that has contents.
            shutil.rmtree(entry, ignore_errors=True)
            fresh.rename(entry)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        return entry

    def _remove_leftovers(self, name: str) -> None:
        # Of builds that were killed; nobody uses them, since the lock is held here.
        for folder in self.root.glob(f".{name}.*"):
            if folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with (self.root / f"{name}.lock").open("w") as lock:
            # The kernel lets go of it when this process ends, however it ends. The file stays: if it were
            # deleted, one process could lock the old file and another a new one, and both would build.
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
