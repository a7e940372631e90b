"""`make bench`, or a part of it: `make bench PART=engine`; one table for each part."""

import argparse

from bench.table import Row, render

PARTS = ("engine", "stream", "system")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; all when none is named")
    given = parser.parse_args()
    for part in given.part or PARTS:
        print(f"\n{render(_measured(part))}")


def _measured(part: str) -> list[Row]:
    """The rows of a part; each loads only what it needs."""
    if part == "engine":
        from bench.engine import compare

        return compare.measure()
    if part == "stream":
        from bench import stream

        return stream.measure()
    if part == "system":
        from bench import whole

        return whole.measure()
    raise SystemExit(f"there is no part {part}: {', '.join(PARTS)}")


if __name__ == "__main__":
    main()
