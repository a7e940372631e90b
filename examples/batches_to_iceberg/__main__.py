"""Append the rows of all datasets to Iceberg tables, partitioned by dataset; the catalogue is in SQLite."""

from pathlib import Path

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog

from examples.copy_batches import copy_batches
from examples.kafka_records import Source, parser, run

NAMESPACE = "shop"


class Lake:
    """The destination: Iceberg tables in a folder. Another catalogue and `s3://…` would do as well."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        place = folder.resolve()
        self._catalog = SqlCatalog("cartload", uri=f"sqlite:///{place}/catalog.db", warehouse=place.as_uri())
        self._catalog.create_namespace_if_not_exists(NAMESPACE)

    def ids(self, table: str, column: str) -> set[str]:
        """Return the different values of a column."""
        if not self._catalog.table_exists((NAMESPACE, table)):
            return set()
        rows = self._catalog.load_table((NAMESPACE, table)).scan(selected_fields=(column,)).to_arrow()
        return set(rows[column].unique().to_pylist())

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table, in one snapshot."""
        if not self._catalog.table_exists((NAMESPACE, table)):
            self._make(table, rows.schema)
        self._catalog.load_table((NAMESPACE, table)).append(rows)

    def delete(self, table: str, dataset_id: str) -> None:
        """Remove the rows of a dataset: whole files, since it is a partition."""
        if self._catalog.table_exists((NAMESPACE, table)):
            self._catalog.load_table((NAMESPACE, table)).delete(f"dataset_id = '{dataset_id}'")

    def _make(self, table: str, schema: pa.Schema) -> None:
        with (
            self._catalog.create_table_transaction((NAMESPACE, table), schema=schema) as made,
            made.update_spec() as partitions,
        ):
            partitions.add_identity("dataset_id")


async def main(source: Source, folder: Path) -> None:
    """Copy until the program is told to stop."""
    async for copied in copy_batches(Lake(folder), source):
        print(copied, flush=True)


if __name__ == "__main__":
    arguments = parser(__doc__, group="cartload-to-iceberg")
    arguments.add_argument(
        "folder", type=Path, help="folder of the tables and the catalogue; made when it is not there"
    )
    given = arguments.parse_args()
    run(main(Source.given(given), given.folder))
