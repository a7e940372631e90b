"""Runs of Lighthouse in a browser that is open already, and the medians of their scores."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from statistics import median_low
from typing import Any

from cartload_dev import node

PACKAGE = "lighthouse@13.5.0"
"""Fetched by npm into its cache when it is first asked for: 180 MB that the UI itself does not need."""

CATEGORIES = ("performance", "accessibility", "best-practices")
FORM_FACTORS: Mapping[str, tuple[str, ...]] = {"mobile": (), "desktop": ("--preset=desktop",)}
"""What Lighthouse is told for each; a telephone with a slow network is what it assumes by itself."""

RUN_SECONDS = 180
ATTEMPTS = 3
"""A browser that is short of processor time loses the beginning of a trace now and then."""

type Scores = Mapping[str, int]
"""From 0 to 100, by category."""


class Auditor:
    """Has Lighthouse load pages in the browser that listens at a debugging port, with its cookies."""

    def __init__(self, debugging_port: int, reports: Path | None = None) -> None:
        self._port = debugging_port
        self._reports = reports

    async def median(self, name: str, url: str, form_factor: str, runs: int) -> Scores:
        """The median of each category over so many runs; of two in the middle, the lower.

        Raises:
            RuntimeError: Lighthouse could not load the page, or was sent to another.
        """
        found = [await self._run(f"{name}-{form_factor}-{run}", url, form_factor) for run in range(runs)]
        return {category: median_low(scores[category] for scores in found) for category in CATEGORIES}

    async def _run(self, title: str, url: str, form_factor: str) -> Scores:
        output = await self._report(url, form_factor)
        report: dict[str, Any] = json.loads(output)
        if report["finalDisplayedUrl"] != url:
            raise RuntimeError(f"{url} led to {report['finalDisplayedUrl']}: is nobody signed in?")
        if self._reports is not None:
            self._reports.mkdir(parents=True, exist_ok=True)
            (self._reports / f"{title}.json").write_bytes(output)
        return {category: round(report["categories"][category]["score"] * 100) for category in CATEGORIES}

    async def _report(self, url: str, form_factor: str) -> bytes:
        command = (
            *node.npm("exec", "--yes", f"--package={PACKAGE}", "--", "lighthouse", url),
            *(f"--port={self._port}", "--output=json", "--quiet", *FORM_FACTORS[form_factor]),
            f"--only-categories={','.join(CATEGORIES)}",
        )
        for _attempt in range(ATTEMPTS):
            process = await asyncio.create_subprocess_exec(
                *command, env=node.environment(os.environ), stdout=asyncio.subprocess.PIPE
            )
            output, _errors = await asyncio.wait_for(process.communicate(), RUN_SECONDS)
            if process.returncode == 0:
                return output
        raise RuntimeError(f"Lighthouse could not load {url} in {ATTEMPTS} attempts")
