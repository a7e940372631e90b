"""The newest state of a job, as text that is made once for all who get it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cartload_contracts.jobs import JobState


@dataclass(frozen=True, slots=True)
class JobUpdate:
    """A state of a job; of two the one with the higher version is newer. `text` is the whole message."""

    job_id: str
    version: int
    text: str
    traceparent: str | None = field(default=None, compare=False)
    """Where the trace of the event goes on."""

    @classmethod
    def of_event(cls, state: JobState, traceparent: str | None = None) -> "JobUpdate":
        """The update that an event carries. Its owner is left out: users see only their own jobs."""
        job = state.job
        text = f'{{"type":"job","job":{job.model_dump_json()}}}'
        return cls(str(job.id), job.version, text, traceparent)

    @classmethod
    def of_answer(cls, job: Mapping[str, Any]) -> "JobUpdate":
        """The update of a job as the generator's API gives it.

        Raises:
            ValueError: this is no job.
        """
        job_id, version, state = job.get("id"), job.get("version"), job.get("state")
        if not isinstance(job_id, str) or type(version) is not int or not isinstance(state, str):
            raise ValueError("a job without id, version or state")
        text = json.dumps({"type": "job", "job": job}, separators=(",", ":"), ensure_ascii=False)
        return cls(job_id.lower(), version, text)
