"""Draw docs/configuration.md from the settings classes of every service."""

import importlib
import inspect
from pathlib import Path

from cartload_kit.settings import Settings
from cartload_kit.settings_docs import render

SERVICES = ("auth", "gateway", "generator", "notifier", "shop", "writer")
TARGET = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"

LAUNCHER = """
## The launcher

`make` reads these besides. It chooses addresses, database users and secrets itself (under `.run/`);
what else is set in its environment, the services get as it stands.

| variable | allowed | default | meaning |
|---|---|---|---|
| `CARTLOAD_PORT` | port | 8080, or the next free one | The one public origin; a given port never moves. |
| `CARTLOAD_ENGINE` | `native`, `docker` | `native`; `docker` without Java | Or in [containers](docker.md). |
| `CARTLOAD_WORKERS` | whole number, 1 to 16 | `1` | Generator workers. |
| `CARTLOAD_WRITERS` | whole number, 1 to 16 | `1` | Writer consumers. |
| `CARTLOAD_CHROMIUM` | path | Chromium on `PATH` | The browser of the browser tests. |
| `PYTHON` | path | the first that runs and is 3.12 or newer | The Python that `.venv` is made with. |
| `XDG_CACHE_HOME` | path | `~/.cache` | Where `cartload/`, the download cache shared by checkouts, lies. |
"""


def role_classes() -> list[type[Settings]]:
    """Return the settings class of each role: those that no other settings class extends."""
    found = [cls for service in SERVICES for cls in _classes(f"cartload_{service}.settings")]
    return [cls for cls in found if not any(other is not cls and issubclass(other, cls) for other in found)]


def text() -> str:
    """Return the whole page."""
    return render(role_classes()) + LAUNCHER


def _classes(module_name: str) -> list[type[Settings]]:
    module = importlib.import_module(module_name)
    classes = [cls for _, cls in inspect.getmembers(module, inspect.isclass) if issubclass(cls, Settings)]
    return [cls for cls in classes if cls.__module__ == module_name]


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")
