"""The engine: makes the Arrow batches of a chunk, a pure function of the resolved spec and the chunk."""

from collections.abc import Collection, Mapping
from functools import partial

import numpy as np
import pyarrow as pa

from cartload._identity import BLOCK
from cartload.columns import arrays
from cartload.engine.chunks import Blocks, CatalogueRows, Chunk
from cartload.engine.profile import Profile, profile
from cartload.engine.rows import Rows
from cartload.schema import CATALOGUE_TABLES, TABLE_NAMES, Ids, arrow_schema
from cartload.spec import counts, sizes
from cartload.spec.model import Spec
from cartload.tables import catalogue_rows
from cartload.tables.addresses import Addresses
from cartload.tables.layout import Layout
from cartload.tables.lifecycle import Lifecycle
from cartload.tables.money import Money
from cartload.tables.order_items import OrderItems
from cartload.tables.orders import Orders
from cartload.tables.pages import Pages
from cartload.tables.payments import Payments
from cartload.tables.placed_orders import PlacedOrders
from cartload.tables.reviews import Reviews
from cartload.tables.sessions import Sessions
from cartload.tables.users import Customers
from cartload.tables.visits import Visits
from cartload.tables.wishes import Wishes
from cartload.tables.world import World


class Engine:
    """Makes the rows of one resolved spec.

    The catalogue's numbers are made at first use and held, some 200 MB for a million SKUs; nothing else
    is. Keep an engine per spec; threads may share it.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._world = World(spec)
        self._pages = Pages(self._world)

    def generate(
        self, chunk: Chunk, *, tables: Collection[str] = TABLE_NAMES, dictionaries: bool = False
    ) -> dict[str, pa.RecordBatch]:
        """One batch per table of the chunk, in schema order, rows by row number; of ``tables`` only.

        With ``dictionaries`` columns whose values come out of a pool stay dictionary-encoded (int32), the
        way in which they are made: faster to hash and to write; :meth:`plain` makes them what they are
        without. Raises ValueError for rows that the spec's catalogue does not have, and for numbers below 0.
        """
        batches = self._coded(chunk, tables)
        return batches if dictionaries else {name: self.plain(name, coded) for name, coded in batches.items()}

    def plain(self, table: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A batch of a table in the types of :func:`cartload.schema.arrow_schema`."""
        columns = [arrays.plain(values) for values in batch.columns]
        return pa.RecordBatch.from_arrays(columns, schema=arrow_schema(table, self.spec.ids))

    def count(self, chunk: Chunk) -> dict[str, int]:
        """Rows of each batch of the chunk, exactly, in less than half the time that making them takes.

        Raises ValueError as :meth:`generate` does.
        """
        return {
            table: int(np.count_nonzero(self._is_shown(rows))) for table, rows in self.rows(chunk).items()
        }

    def _coded(self, chunk: Chunk, tables: Collection[str]) -> dict[str, pa.RecordBatch]:
        return {table: self._shown(rows) for table, rows in self.rows(chunk).items() if table in tables}

    def _shown(self, rows: Rows) -> pa.RecordBatch:
        """The rows that are there at the moment as of which the shop is shown."""
        batch = rows.batch(self.shown_until)
        # In a whole window every row is, and looking for them would cost time and memory.
        return batch if self.spec.as_of is None else batch.filter(arrays.flags(self._is_shown(rows)))

    def _is_shown(self, rows: Rows) -> arrays.Flags:
        result: arrays.Flags = rows.since() <= self.shown_until
        return result

    @property
    def shown_until(self) -> int:
        """The last moment that rows tell of, in milliseconds since 1970: what happens later is hidden."""
        return self._world.shown_until

    def rows(self, chunk: Chunk) -> dict[str, Rows]:
        """All rows of each table of the chunk in the whole window, whatever ``as_of`` says, not yet made.

        Raises ValueError as :meth:`generate` does.
        """
        match chunk:
            case CatalogueRows(table, first_row, rows):
                self._require_rows(table, first_row, rows)
                run = (self._world, table, np.arange(first_row, first_row + rows))
                return {
                    table: Rows(
                        numbers=lambda: run[2],
                        batch=partial(catalogue_rows.rows_of, *run),
                        since=partial(catalogue_rows.since, *run),
                        later=partial(catalogue_rows.later, *run),
                    )
                }
            case Blocks(first_block, customers):
                if first_block < 0 or customers < 0:
                    raise ValueError(
                        f"{customers} customers from block {first_block} on: neither may be negative"
                    )
                return self._blocks(chunk)

    def _require_rows(self, table: str, first_row: int, rows: int) -> None:
        if table not in CATALOGUE_TABLES:
            raise ValueError(f"{table} is no catalogue table; those are {', '.join(CATALOGUE_TABLES)}")
        # numpy takes a negative index from the end: such rows would be made of others' numbers, without an
        # error.
        if first_row < 0 or rows < 0:
            raise ValueError(f"{rows} rows of {table} from row {first_row} on: neither may be negative")
        there, end = counts.catalogue_rows(self.spec, table), first_row + rows
        if end > there:
            raise ValueError(f"{table} has {there} rows in this spec, row {end - 1} was asked for")

    def _blocks(self, chunk: Blocks) -> dict[str, Rows]:
        """The rows of each table; what several need is computed once, at first use."""
        # Cached properties make this lazy: whoever asks for users alone computes no order. The objects live
        # as long as the batches are being made, so nothing of a chunk stays in memory.
        world, layout = self._world, Layout(self.spec, chunk.first_block, chunk.customers)
        customers = Customers(world, layout.rows("users"))
        addresses = Addresses(world, layout, customers)
        items = OrderItems(world, PlacedOrders(world, layout, customers, addresses))
        orders = Orders(world, Money(items), Lifecycle(items))
        payments, wishes, reviews = Payments(orders), Wishes(items), Reviews(orders)
        return {
            "users": Rows(lambda: customers.rows, lambda _: customers.batch(), lambda: customers.signed_up),
            "addresses": Rows(lambda: addresses.rows, lambda _: addresses.batch(), lambda: addresses.created),
            "order_details": Rows(
                lambda: items.orders.rows,
                orders.batch,
                lambda: items.orders.placed,
                lambda: orders.life.steps,
            ),
            "order_item": Rows(
                lambda: items.rows,
                orders.items_batch,
                lambda: orders.items_placed,
                lambda: (orders.items_returned,),
            ),
            "payment_details": Rows(
                lambda: payments.rows, payments.batch, lambda: payments.created, lambda: (payments.settled,)
            ),
            "wishlist": Rows(
                lambda: wishes.rows, wishes.batch, lambda: wishes.created, lambda: (wishes.removed,)
            ),
            "reviews": Rows(
                lambda: reviews.rows, reviews.batch, lambda: reviews.created, lambda: (reviews.checked,)
            ),
            **self._clickstream(items),
        }

    def _clickstream(self, items: OrderItems) -> dict[str, Rows]:
        if self.spec.clickstream.sessions_per_customer == 0:
            return {table: _no_rows(table, self.spec.ids) for table in ("sessions", "events")}
        sessions = Sessions(Visits(items), self._pages)
        return {
            "sessions": Rows(
                lambda: sessions.rows, sessions.batch, lambda: sessions.started, lambda: sessions.steps
            ),
            "events": Rows(lambda: sessions.event_rows, sessions.events_batch, lambda: sessions.occurred),
        }


def _no_rows(table: str, ids: Ids) -> Rows:
    nothing, batch = np.zeros(0, np.int64), pa.RecordBatch.from_pylist([], schema=arrow_schema(table, ids))
    return Rows(lambda: nothing, lambda _: batch, lambda: nothing)


def preview(spec: Spec, rows: int) -> dict[str, pa.RecordBatch]:
    """The first rows of every table of a resolved spec; fewer where the first block has fewer."""
    return preview_with_profile(spec, rows)[0]


def preview_with_profile(spec: Spec, rows: int) -> tuple[dict[str, pa.RecordBatch], Profile]:
    """The first rows of every table of a resolved spec, and the profile of the first block's customers."""
    engine = Engine(spec)
    batches = engine.generate(Blocks(0, min(spec.customers, BLOCK)))
    customers = profile(batches)
    for table in CATALOGUE_TABLES:
        count = min(rows, counts.catalogue_rows(spec, table))
        batches |= engine.generate(CatalogueRows(table, 0, count))
    return {table: batches[table].slice(0, rows) for table in TABLE_NAMES}, customers


def estimated_bytes(spec: Spec, totals: Mapping[str, int]) -> int:
    """About how many bytes so many rows of each table take."""
    return sizes.dataset_bytes(spec.ids, totals)
