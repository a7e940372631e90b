"""The API's settings, and its answers while the database is away."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import ValidationError

from cartload_kit.database import engine
from cartload_kit.tokens import Identity
from cartload_writer import app
from cartload_writer.adapters.blob import BlobStore
from cartload_writer.adapters.blob_account import BlobAccount
from cartload_writer.api.dependencies import PublicAddress, Services
from cartload_writer.api.row_reader import RowReader
from cartload_writer.api.shares import UserShares
from cartload_writer.settings import ApiSettings
from support.serving import closed_port

DATASET = uuid4()
OPERATIONS = [(method, path) for path, item in app.build().openapi()["paths"].items() for method in item]


class AnyToken:
    """Takes every token for one user's."""

    async def verify(self, token: str) -> Identity:
        """That user."""
        return Identity(str(UUID(int=1)), "customer", token, datetime(2036, 1, 1, tzinfo=UTC))


SETTINGS = {
    "port": 1,
    "writer_database_url": "mysql://user:password@host:1/database",
    "blob_connection_string": "UseDevelopmentStorage=true",
    "jwks_url": "http://auth/jwks",
}


@pytest.mark.parametrize("what", ["row_queries", "exports", "downloads"])
def test_a_users_share_above_the_total_is_refused_at_start(what: str) -> None:
    ApiSettings.model_validate({**SETTINGS, f"writer_{what}": 3, f"writer_{what}_user": 3})
    with pytest.raises(ValidationError, match=f"CARTLOAD_WRITER_{what.upper()}_USER=4 and .*=3: the share"):
        ApiSettings.model_validate({**SETTINGS, f"writer_{what}": 3, f"writer_{what}_user": 4})


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    away = f"127.0.0.1:{closed_port()}"
    database = engine(f"mysql://user:secret@{away}/writer")
    shares = UserShares(4, 2, "things")
    blob = f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aaaa;BlobEndpoint=http://{away}/a;"
    web: Any = app.build()
    web.state.verifier = AnyToken()
    async with BlobStore.connect(BlobAccount(blob), "parts") as blobs:
        web.state.services = Services(
            engine=database,
            reader=RowReader(database, shares),
            blobs=blobs,
            exports=shares,
            downloads=shares,
            send_seconds=1,
            public=PublicAddress(None, None),
            clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        )
        transport = httpx.ASGITransport(web)
        headers = {"Authorization": "Bearer any"}
        async with httpx.AsyncClient(transport=transport, base_url="http://writer", headers=headers) as made:
            yield made
    await database.dispose()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_a_database_that_is_away_is_503(client: httpx.AsyncClient, method: str, path: str) -> None:
    path = path.replace("{dataset_id}", str(DATASET)).replace("{table}", "users").replace("{part}", "0")
    answer = await client.request(method, path)
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret" not in answer.text
