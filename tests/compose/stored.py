"""Run beside the writer, with its image and secrets: what MySQL and Blob hold of a dataset, as JSON."""

import json
import sys
from pathlib import Path

from support.stores import mysql_hashes, parquet_hashes

SECRETS = Path("/secrets/writer")


def main(database: str, dataset_id: str, ids: str) -> None:
    """Print count and hash of every table, by place."""
    server = (SECRETS / "CARTLOAD_WRITER_DATABASE_URL").read_text().rpartition("/")[0]
    blob = (SECRETS / "CARTLOAD_BLOB_CONNECTION_STRING").read_text()
    found = {
        "mysql": mysql_hashes(f"{server}/", database, ids),  # type: ignore[arg-type]
        "blob": parquet_hashes(blob, "cartload", dataset_id),
    }
    shown = {
        place: {table: [total.rows, total.hex] for table, total in tables.items()}
        for place, tables in found.items()
    }
    sys.stdout.write(json.dumps(shown))


if __name__ == "__main__":
    main(*sys.argv[1:])
