"""`make lighthouse`: what Lighthouse thinks of the UI's pages. Ends with 1 when a score is too low.

The system is one of its own, idle; the scores are medians of several runs, each with an empty browser cache.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from bench.system import running
from bench.table import render
from lighthouse import pages
from lighthouse.audit import CATEGORIES, FORM_FACTORS, Auditor, Scores
from load.figures import Figure, at_least, missed

LEAST = 95
RUNS = 5


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m lighthouse", description=__doc__)
    parser.add_argument("page", nargs="*", help="of home, dataset, job; all when none is named")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each page (default: %(default)s)")
    parser.add_argument("--reports", type=Path, help="a folder for the report of every run, as JSON")
    options = parser.parse_args()
    scores = asyncio.run(_measure(options.page, options.runs, options.reports))
    figures = [_figure(*one) for one in scores.items()]
    print(f"\n{render(list(figures))}")
    if failed := missed(figures):
        print(f"\nMissed: {', '.join(failed)}")
    return 1 if failed else 0


async def _measure(names: list[str], runs: int, reports: Path | None) -> dict[tuple[str, str, str], int]:
    """The median score by page, form factor and category."""
    with running("lighthouse") as system:
        async with pages.signed_in(system.base_url) as browser:
            addresses = await pages.prepare(browser.person)
            auditor = Auditor(browser.debugging_port, reports)
            found: dict[tuple[str, str, str], int] = {}
            for name in names or addresses:
                for form_factor in FORM_FACTORS:
                    print(f"{name}, {form_factor}: {runs} runs …", flush=True)
                    scores: Scores = await auditor.median(name, addresses[name], form_factor, runs)
                    found |= {(name, form_factor, category): scores[category] for category in CATEGORIES}
            return found


def _figure(place: tuple[str, str, str], score: int) -> Figure:
    return at_least(", ".join(place), score, LEAST)


if __name__ == "__main__":
    sys.exit(main())
