"""Opening a shop: its row is written, and a worker fills its database."""

from datetime import datetime
from uuid import UUID, uuid4

import cartload
from cartload import spec as specs
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.errors import Conflict, NotFound
from cartload_shop.adapters.datasets import StoredDataset
from cartload_shop.api.dependencies import Services
from cartload_shop.api.shops.schemas import ShopRequest
from cartload_shop.domain.names import mint_database, quoted_dataset
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import shops


async def open_shop(services: Services, owner_id: UUID, token: str, request: ShopRequest) -> Shop:
    """Note a shop that a worker will fill. Raises NotFound, Conflict and Unavailable."""
    dataset = await services.datasets.find(request.dataset_id, token)
    database = _require_usable(dataset)
    # Made once, outside the transaction, which may be repeated: the database's name belongs to the shop.
    shop = _shop(request, dataset, database, owner_id, services.clock())

    async def once() -> None:
        async with transaction(services.engine) as connection:
            if not await shops.lock_owner(connection, owner_id):
                raise NotFound("There is no such dataset.")
            there = await shops.count_of_owner(connection, owner_id)
            if there >= services.user_shops:
                raise Conflict(
                    f"You have {there} shops, and may have {services.user_shops}: delete one first.",
                    limit=services.user_shops,
                )
            await shops.add(connection, shop)

    await retry_on_deadlock(once)
    return shop


def _require_usable(dataset: StoredDataset) -> str:
    if dataset.vintage != cartload.VINTAGE:
        raise Conflict(
            f"The dataset was made by vintage {dataset.vintage} of the engine, and this is vintage "
            f"{cartload.VINTAGE}, which has other tables: make the dataset anew.",
            vintage=dataset.vintage,
        )
    if "mysql" not in dataset.targets:
        raise Conflict(
            f"The dataset has no tables in MySQL: its targets are {', '.join(dataset.targets)}. "
            "Make a dataset with `mysql` among its targets.",
            code="dataset_without_mysql",
            targets=dataset.targets,
        )
    if dataset.state != "ready" or dataset.database is None:
        raise Conflict(
            "A shop can be opened on a dataset that is ready: wait for its job.", state=dataset.state
        )
    quoted_dataset(dataset.database)
    return dataset.database


def _shop(request: ShopRequest, dataset: StoredDataset, database: str, owner_id: UUID, now: datetime) -> Shop:
    return Shop(
        id=uuid4(),
        owner_id=owner_id,
        name=request.name or dataset.name,
        dataset_id=request.dataset_id,
        dataset_database=database,
        database_name=mint_database(),
        ids=specs.parse(dataset.spec).ids,
        spec=dataset.spec,
        vintage=dataset.vintage,
        segments=dataset.segments,
        counts=dataset.rows,
        created_at=now,
    )
