"""What the newest reports of all of a user's datasets come to: for lists, which would ask for each."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from cartload_kit.pagination import Page, Position, cut_page, read_cursor
from cartload_kit.tokens import CurrentUser
from cartload_writer.api.dependencies import ServicesDep
from cartload_writer.api.row_reader import open_connection
from cartload_writer.api.rows import Cursor
from cartload_writer.api.schemas import ReportSummary
from cartload_writer.repository import reports

router = APIRouter(prefix="/api/reports", tags=["report"])


class ReportPosition(Position):
    """The last dataset of a page."""

    dataset_id: str = Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


@router.get("", summary="What the reports of your datasets come to", operation_id="list_reports")
async def list_reports(
    request: Request,
    response: Response,
    user: CurrentUser,
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Reports of a page.")] = 100,
    cursor: Cursor = None,
) -> Page[ReportSummary]:
    """By the ids of the datasets; one that was never checked has none."""
    after = None if cursor is None else UUID(read_cursor(cursor, ReportPosition).dataset_id)
    async with open_connection(services.engine) as connection:
        found = await reports.verdicts(connection, UUID(user.user_id), after=after, limit=limit + 1)
    items = [ReportSummary.model_validate(verdict, from_attributes=True) for verdict in found]
    shown, following = cut_page(items, limit, _cursor_after, request, response.headers)
    return Page[ReportSummary](items=list(shown), next=following)


def _cursor_after(report: ReportSummary) -> str:
    return ReportPosition(dataset_id=str(report.dataset_id)).cursor
