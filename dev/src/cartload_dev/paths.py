"""Where things lie: the checkout, and the folder that holds everything one running system made."""

import os
from dataclasses import dataclass
from pathlib import Path


def checkout() -> Path:
    """Return the root of the checkout that this launcher was started from."""
    return Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class RunDir:
    """One running system's folder: data, logs, secrets and state (`.run/` unless a test chose another)."""

    root: Path

    @property
    def logs(self) -> Path:
        """Folder of one log file per program."""
        return self.root / "logs"

    @property
    def data(self) -> Path:
        """Folder of the servers' data."""
        return self.root / "data"

    @property
    def secrets(self) -> Path:
        """Folder of generated secrets, mode 700, files inside mode 600."""
        return self.root / "secrets"

    @property
    def state(self) -> Path:
        """File that says what is running."""
        return self.root / "state.json"

    @property
    def endpoints(self) -> Path:
        """File that says how to reach the servers and services, passwords included; mode 600."""
        return self.secrets / "endpoints.json"

    @property
    def ports(self) -> Path:
        """File of the inner ports, to take the same ones the next time."""
        return self.root / "ports.json"

    @property
    def progress(self) -> Path:
        """File of the plain lines that `up` shows while the system starts."""
        return self.root / "progress.log"

    @property
    def login(self) -> Path:
        """File with the demo's login, mode 600."""
        return self.root / "demo-login"

    @property
    def engine(self) -> Path:
        """File that is there when the system was started in containers last."""
        return self.root / "engine"

    @property
    def lock(self) -> Path:
        """File whose lock the one supervisor of this folder holds."""
        return self.root / "supervisor.lock"

    def create(self) -> None:
        """Make the folders; only their owner may look inside."""
        for folder in (self.root, self.logs, self.data, self.secrets):
            folder.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        self.secrets.chmod(0o700)


def default_run_dir() -> RunDir:
    """Return the checkout's own `.run/`."""
    return RunDir(checkout() / ".run")


def write_private(path: Path, text: str) -> None:
    """Write a file atomically that only its owner can read (mode 600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place, so that a reader sees the old text or the new one. Made with its mode: one that is
    # restricted only afterwards can be opened by others in between.
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
