"""How an owner reaches a dataset with SQL."""

from fastapi import APIRouter

from cartload_kit.http.openapi import problem_answers
from cartload_writer.api import schemas
from cartload_writer.api.dependencies import DatasetWithRows, Services, ServicesDep
from cartload_writer.api.row_reader import open_connection, translate_database_errors
from cartload_writer.domain.names import new_password
from cartload_writer.repository import database_users
from cartload_writer.repository.datasets import Dataset

router = APIRouter(tags=["connection"])
_NOT_PUBLISHED = "The operator of this installation does not publish the database server."


@router.get(
    "/connection",
    responses=problem_answers(409),
    summary="How to reach the dataset with SQL",
    operation_id="get_connection",
)
async def get_connection(dataset: DatasetWithRows, services: ServicesDep) -> schemas.Connection:
    """The password is not part of it: it is shown once, when it is made."""
    async with open_connection(services.engine) as connection:
        reader = await database_users.find(connection, dataset.owner_id)
    return _connection(dataset, services, reader)


@router.post(
    "/connection",
    responses=problem_answers(409),
    summary="Make or replace the password of the owner's database user",
    operation_id="make_connection_password",
)
async def make_password(dataset: DatasetWithRows, services: ServicesDep) -> schemas.ConnectionWithPassword:
    """One user for all datasets of the owner. The password before stops working; this one is shown once."""
    password = new_password()
    with translate_database_errors():
        reader = await database_users.set_password(
            services.engine, dataset.owner_id, password, services.clock()
        )
    known = _connection(dataset, services, reader)
    return schemas.ConnectionWithPassword(**known.model_dump(), password=password)


def _connection(
    dataset: Dataset, services: Services, reader: database_users.DatabaseUser
) -> schemas.Connection:
    public = services.public
    published = public.host is not None and public.port is not None
    return schemas.Connection(
        host=public.host if published else None,
        port=public.port if published else None,
        reason=None if published else _NOT_PUBLISHED,
        database=dataset.database_name,
        user=reader.user_name,
        password_set_at=reader.password_set_at,
    )
