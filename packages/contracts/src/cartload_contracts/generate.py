"""Write the JSON Schemas and the AsyncAPI document: `python -m cartload_contracts.generate`.

A change that would refuse messages already on a topic is not written: give it a new version instead.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cartload_contracts import asyncapi, envelope
from cartload_contracts.batches import BatchHeader
from cartload_contracts.compatibility import breaking_changes

FOLDER = Path(__file__).parent / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Every JSON Schema by file name."""
    unions = {
        "dataset-commands.json": envelope.schema_of(envelope.DATASET_COMMANDS),
        "chunk-commands.json": envelope.schema_of(envelope.CHUNK_COMMANDS),
        "results.json": envelope.schema_of(envelope.RESULTS),
        "job-states.json": envelope.schema_of(envelope.JOB_STATES),
        "stream-states.json": envelope.schema_of(envelope.STREAM_STATES),
        "batch-header.json": BatchHeader.model_json_schema(),
    }
    return {name: {"$schema": DIALECT, **schema} for name, schema in unions.items()}


def rendered() -> dict[str, str]:
    """Every generated file's text by name."""
    documents = {**schemas(), "asyncapi.json": asyncapi.document()}
    return {name: json.dumps(value, indent=2, ensure_ascii=False) + "\n" for name, value in documents.items()}


def incompatible(folder: Path) -> list[str]:
    """The breaking changes of the models against the schemas stored in `folder`."""
    return [
        f"{name}: {change}"
        for name, schema in schemas().items()
        if (folder / name).exists()
        for change in breaking_changes(json.loads((folder / name).read_text()), schema)
    ]


def main() -> int:
    """Write all files, or refuse and name the breaking changes."""
    problems = incompatible(FOLDER)
    if problems:
        sys.stderr.write("These changes break messages already sent:\n")
        sys.stderr.writelines(f"  {problem}\n" for problem in problems)
        return 1
    FOLDER.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
