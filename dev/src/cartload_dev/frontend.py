"""The UI: its packages and its build, repeated only when something changed."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from cartload_dev import node
from cartload_dev.commands import run_quietly
from cartload_dev.paths import checkout, default_run_dir

NOT_SOURCES = {"node_modules", "dist", "coverage"}
MOST_SECONDS = 1800


class Frontend:
    """The folder `frontend/`, with stamps of what was installed and built last."""

    def __init__(self, folder: Path, stamps: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._stamps = stamps
        self._environ = node.environment(environ)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Frontend":
        """Return the checkout's own."""
        return cls(checkout() / "frontend", default_run_dir().root / "stamps", environ)

    def is_installed(self) -> bool:
        """Return whether `node_modules` is what the lock file says."""
        return (self.folder / "node_modules").exists() and self._stamp("installed") == self._lock()

    def is_built(self) -> bool:
        """Return whether `dist` was built from the sources as they are now."""
        return (self.folder / "dist" / "index.html").exists() and self._stamp("built") == self.sources()

    def install(self) -> None:
        """Install the packages of the lock file; raises LauncherError when that fails."""
        run_quietly(node.npm("ci"), self.folder, self._environ, seconds=MOST_SECONDS)
        self._set("installed", self._lock())

    def build(self) -> None:
        """Build the UI into `dist`; raises LauncherError when that fails."""
        before = self.sources()
        run_quietly(node.npm("run", "build"), self.folder, self._environ, seconds=MOST_SECONDS)
        self._set("built", before)

    def sources(self) -> str:
        """Return a hash over the names and contents of all sources."""
        digest = hashlib.sha256()
        for path in sorted(self._source_files()):
            digest.update(f"{path.relative_to(self.folder)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _source_files(self) -> Iterator[Path]:
        # What is made is left out before it is walked through: node_modules has tens of thousands of files.
        for top in self.folder.iterdir():
            if top.name not in NOT_SOURCES:
                found = top.rglob("*") if top.is_dir() else (top,)
                yield from (path for path in found if path.suffix != ".tsbuildinfo" and path.is_file())

    def _lock(self) -> str:
        return hashlib.sha256((self.folder / "package-lock.json").read_bytes()).hexdigest()

    def _stamp(self, name: str) -> str:
        path = self._stamps / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _set(self, name: str, value: str) -> None:
        self._stamps.mkdir(parents=True, exist_ok=True)
        (self._stamps / name).write_text(value, encoding="utf-8")
