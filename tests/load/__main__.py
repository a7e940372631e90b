"""`make load`, or a part of it: `make load PART=requests`. Ends with 1 when an aim was missed."""

import argparse
import sys
from collections.abc import Callable

from bench.table import render
from load import gateway_requests, mixed_jobs, web_sockets
from load.figures import Figure, missed

PARTS: dict[str, Callable[[], list[Figure]]] = {
    "requests": gateway_requests.measure,
    "sockets": web_sockets.measure,
    "jobs": mixed_jobs.measure,
}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m load", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; all when none is named")
    wanted = parser.parse_args().part or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: {', '.join(PARTS)}")
    failed = []
    for part in wanted:
        figures = PARTS[part]()
        print(f"\n{render(list(figures))}", flush=True)
        failed += missed(figures)
    if failed:
        print(f"\nMissed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
