"""Draw the JSON Schemas of a stream's events, one file for each topic.

A change that would refuse events of yesterday is not written, unless the engine's vintage is another one.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cartload.events.json_schemas import schemas
from cartload_contracts.compatibility import breaking_changes

FOLDER = Path(__file__).resolve().parents[2] / "packages/contracts/src/cartload_contracts/schemas/events"


def rendered() -> dict[str, str]:
    """Every file's text by its name."""
    return {
        f"{topic}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for topic, schema in schemas().items()
    }


def incompatible(folder: Path) -> list[str]:
    """The breaking changes against the schemas stored in a folder."""
    problems = []
    for topic, schema in schemas().items():
        stored = _stored(folder / f"{topic}.json")
        if stored.get("x-vintage") == schema["x-vintage"]:
            problems += [f"{topic}: {change}" for change in breaking_changes(stored, schema)]
    return problems


def _stored(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def main(folder: Path = FOLDER) -> int:
    """Write all files, or refuse and name the breaking changes."""
    if problems := incompatible(folder):
        sys.stderr.write("These changes break events already written:\n")
        sys.stderr.writelines(f"  {problem}\n" for problem in problems)
        return 1
    folder.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
