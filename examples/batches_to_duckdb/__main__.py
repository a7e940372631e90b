"""Keep a DuckDB database of all datasets up to date, and print how many rows it has while they come."""

import sys

import duckdb
import pyarrow as pa

from examples.batches import TABLES
from examples.copy_batches import copy_batches
from examples.kafka_records import Source, parser, run


class Database:
    """The destination: a database file, which this process alone can open while it runs."""

    def __init__(self, path: str) -> None:
        try:
            self._connection = duckdb.connect(path)
        except duckdb.IOException as error:
            sys.exit(f"{path} cannot be opened: {error}")
        self._connection.execute("SET TimeZone = 'UTC'")

    def ids(self, table: str, column: str) -> set[str]:
        """Return the different values of a column."""
        if not self._has(table):
            return set()
        return {
            value
            for (value,) in self._connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()
        }

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table."""
        self._connection.register("incoming", rows)
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS FROM incoming LIMIT 0")
        self._connection.execute(f"INSERT INTO {table} BY NAME FROM incoming")
        self._connection.unregister("incoming")

    def delete(self, table: str, dataset_id: str) -> None:
        """Remove the rows of a dataset from a table."""
        if self._has(table):
            self._connection.execute(f"DELETE FROM {table} WHERE dataset_id = ?", [dataset_id])

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table that is there."""
        found = {}
        for table in filter(self._has, TABLES):
            ((found[table],),) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchall()
        return found

    def _has(self, table: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table])
        return found.fetchone() is not None


async def main(source: Source, path: str) -> None:
    """Copy until the program is told to stop."""
    database = Database(path)
    async for copied in copy_batches(database, source):
        counts = ", ".join(f"{table} {rows:,}" for table, rows in database.counts().items())
        print(f"{copied}; now {counts or 'nothing'}", flush=True)


if __name__ == "__main__":
    arguments = parser(__doc__, group="cartload-to-duckdb")
    arguments.add_argument("database", help="file of the database; made when it is not there")
    given = arguments.parse_args()
    run(main(Source.given(given), given.database))
