"""What was proven of a dataset."""

from fastapi import APIRouter

from cartload_writer import reports
from cartload_writer.api.access import OwnDataset, Using
from cartload_writer.api.models import Report
from cartload_writer.api.reading import meta

router = APIRouter(tags=["report"])


@router.get("/report", summary="What was proven of the dataset", operation_id="get_report")
async def get_report(dataset: OwnDataset, services: Using) -> Report:
    """The checks of the newest seal: counts, hashes and foreign keys, with the rows each looked at."""
    async with meta(services.engine) as connection:
        found = await reports.find(connection, dataset.dataset_id)
    if found is None:
        return Report(state="none")
    return Report.model_validate({**found.document, "state": found.state, "made_at": found.made_at})
