"""What the engine says of a spec: whether it is good, its size, its chunks."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from cartload import spec as engine_spec
from cartload.engine.chunks import Blocks, CatalogueRows, Chunk, Plan, Segment, plan, rows_of
from cartload.engine.row_totals import row_totals
from cartload.spec import Spec, SpecError
from cartload.spec.message_limits import require_sendable
from cartload.spec.sizes import dataset_bytes
from cartload_contracts.jobs import JobKind
from cartload_contracts.messages import BlockRange, CatalogueRange
from cartload_generator.domain.entities import Dataset, Job
from cartload_kit.errors import FieldError, Unprocessable


def read_spec(raw: Mapping[str, Any]) -> Spec:
    """The resolved spec in a request. Raises Unprocessable with the paths of what is wrong."""
    try:
        spec = engine_spec.resolve(engine_spec.parse(raw))
        require_sendable(spec)
    except SpecError as error:
        raise Unprocessable([_field_error(found) for found in error.errors]) from error
    return spec


def _field_error(found: Mapping[str, Any]) -> FieldError:
    path = found["field"]
    field = "spec" if path in ("", "spec") else f"spec.{path}"
    return FieldError(field=field, message=found["message"], value=found["value"])


@dataclass(frozen=True, slots=True)
class Size:
    """What a segment amounts to: rows of each table, chunks, and bytes by estimate."""

    rows: Mapping[str, int]
    chunks: int
    blocks_per_chunk: int
    bytes: int


def size_of(spec: Spec, segment: Segment, kind: JobKind, most_blocks: int) -> Size:
    """The size of a job before its first row is made; `most_blocks` is the largest chunk it may have."""
    catalogue = kind == "create"
    totals = row_totals(spec, segment, catalogue=catalogue)
    fitting = plan(spec, segment, catalogue=catalogue)
    # What fits into a message bounds a chunk, and the operator may want smaller ones.
    blocks = min(fitting.blocks_per_chunk, most_blocks)
    chunks = len(replace(fitting, blocks_per_chunk=blocks))
    return Size(totals, chunks, blocks, dataset_bytes(spec.ids, totals))


def counted_bytes(dataset: Dataset) -> int:
    """Bytes of a dataset that count against its owner's limit: of its files, or by estimate of its tables."""
    if "files" in dataset.targets:
        return sum(sums.bytes for sums in dataset.tables.values())
    if "mysql" not in dataset.targets:
        return 0
    return dataset_bytes(dataset.spec["ids"], {name: sums.rows for name, sums in dataset.tables.items()})


def part_of(chunk: Chunk) -> BlockRange | CatalogueRange:
    """A chunk as a command names it."""
    match chunk:
        case Blocks(first_block, customers):
            return BlockRange(first_block=first_block, customers=customers)
        case CatalogueRows(table, first_row, rows):
            return CatalogueRange(table=table, first_row=first_row, rows=rows)


def chunk_of(part: BlockRange | CatalogueRange) -> Chunk:
    """The chunk that a command names."""
    match part:
        case BlockRange():
            return Blocks(part.first_block, part.customers)
        case CatalogueRange():
            return CatalogueRows(part.table, part.first_row, part.rows)


@dataclass(frozen=True, slots=True)
class JobPlan:
    """All that commands of one job say of its dataset; it never changes."""

    spec: dict[str, Any]
    spec_hash: str
    vintage: int
    resolved: Spec
    chunks: Plan

    def rows(self, chunk: Chunk) -> int:
        """Rows of all batches of a chunk."""
        return sum(rows_of(self.resolved, chunk).values())


def job_plan(job: Job, dataset: Dataset) -> JobPlan:
    """The plan of a job."""
    resolved = Spec.model_validate(dataset.spec)
    segment = Segment(job.first_block, job.customers)
    # As it was when the job was accepted: with another size every chunk_index would mean another chunk.
    chunks = plan(resolved, segment, catalogue=job.kind == "create", blocks_per_chunk=job.blocks_per_chunk)
    return JobPlan(dataset.spec, dataset.spec_hash, dataset.vintage, resolved, chunks)


class JobPlans:
    """The plans of the jobs that sent chunks lately, at most `capacity`."""

    def __init__(self, capacity: int = 128) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[UUID, JobPlan] = OrderedDict()

    def get(self, job_id: UUID) -> JobPlan | None:
        """The plan of a job, when it is at hand."""
        if job_id in self._kept:
            self._kept.move_to_end(job_id)
        return self._kept.get(job_id)

    def put(self, job_id: UUID, made: JobPlan) -> None:
        """Keep a plan and drop the one that was not used for longest."""
        self._kept[job_id] = made
        if len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
