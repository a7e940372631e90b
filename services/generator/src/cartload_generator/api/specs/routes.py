"""The routes of the spec API."""

import hashlib
import json
from typing import Any

from fastapi import APIRouter, Response

from cartload.spec import PRESETS, Spec
from cartload_generator.api.dependencies import Owner, ServicesDep
from cartload_generator.api.specs.schemas import Preview, PreviewRequest
from cartload_generator.domain import planning
from cartload_kit.http.openapi import problem_answers

router = APIRouter(prefix="/api/spec", tags=["spec"])


@router.get(
    "",
    response_model=dict[str, Any],
    responses={200: {"content": {"application/json": {"example": {"title": "Spec", "type": "object"}}}}},
    summary="Read what a spec may say",
)
async def read_spec(response: Response, _: Owner) -> dict[str, Any]:
    """The JSON Schema of a spec, with defaults, bounds and meaning; `presets` are specs to start from."""
    schema = spec_schema()
    text = json.dumps(schema, sort_keys=True)
    response.headers["ETag"] = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    return schema


def spec_schema() -> dict[str, Any]:
    """The JSON Schema of a spec (2020-12), with the presets as its examples and by name."""
    schema = Spec.model_json_schema()
    return schema | {"examples": list(PRESETS.values()), "presets": PRESETS}


@router.post(
    "/preview",
    response_model=Preview,
    responses=problem_answers(429, 503),
    summary="Look at the first rows of what a spec would make",
)
async def preview_spec(body: PreviewRequest, services: ServicesDep, owner: Owner) -> Preview:
    """Straight from the engine, nothing is stored; the same rows that a job with this spec would make."""
    spec = planning.read_spec(body.spec)
    return await services.previews.make(owner, spec, body.rows)
