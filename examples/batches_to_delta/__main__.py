"""Append the rows of all datasets to Delta tables, partitioned by dataset."""

from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from examples.copy_batches import copy_batches
from examples.kafka_records import Source, parser, run


class Lake:
    """The destination: a folder of Delta tables. An address such as `s3://…` would do as well."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ids(self, table: str, column: str) -> set[str]:
        """Return the different values of a column."""
        if not self._has(table):
            return set()
        rows = DeltaTable(self._path(table)).to_pyarrow_table(columns=[column])
        return set(rows[column].unique().to_pylist())

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table, in one commit of its log."""
        # The table of deleted datasets has this one column, and Delta partitions by some columns, not by all.
        partitions = ["dataset_id"] if rows.num_columns > 1 else None
        write_deltalake(self._path(table), rows, mode="append", partition_by=partitions)

    def delete(self, table: str, dataset_id: str) -> None:
        """Remove the rows of a dataset: whole files, since it is a partition."""
        if self._has(table):
            DeltaTable(self._path(table)).delete(f"dataset_id = '{dataset_id}'")

    def _has(self, table: str) -> bool:
        return DeltaTable.is_deltatable(self._path(table))

    def _path(self, table: str) -> str:
        return str(self._folder / table)


async def main(source: Source, folder: Path) -> None:
    """Copy until the program is told to stop."""
    async for copied in copy_batches(Lake(folder), source):
        print(copied, flush=True)


if __name__ == "__main__":
    arguments = parser(__doc__, group="cartload-to-delta")
    arguments.add_argument("folder", type=Path, help="folder of the tables; made when it is not there")
    given = arguments.parse_args()
    run(main(Source.given(given), given.folder))
