"""Screenshots as WebP, and the frames of a job as one animation: `encode.py TAKEN TARGET`. Needs Pillow.

Lossless: an interface is of even colours and sharp letters, which are small so, and not blurred.
"""

import sys
from itertools import pairwise
from pathlib import Path

from PIL import Image

MOST_BYTES = 200_000
MOST_BYTES_ANIMATED = 1_500_000
ANIMATED_WIDTH = 960
LAST_MILLISECONDS = 3_000
"""How long the last frame stands before the animation begins anew."""


def main(taken: Path, target: Path) -> int:
    """Write them all; return 1 when one is too large."""
    target.mkdir(parents=True, exist_ok=True)
    fits = [_picture(path, target / f"{path.stem}.webp") for path in sorted(taken.glob("*.png"))]
    fits.append(_animation(sorted((taken / "job").glob("*.png")), target / "job.webp"))
    return 0 if all(fits) else 1


def _picture(source: Path, target: Path) -> bool:
    with Image.open(source) as picture:
        picture.convert("RGB").save(target, lossless=True, quality=100, method=6)
    return _fits(target, MOST_BYTES)


def _animation(frames: list[Path], target: Path) -> bool:
    times = [int(path.stem) for path in frames]
    durations = [*(after - before for before, after in pairwise(times)), LAST_MILLISECONDS]
    first, *others = [_small(path) for path in frames]
    first.save(target, save_all=True, append_images=others, duration=durations, loop=0, quality=80, method=4)
    return _fits(target, MOST_BYTES_ANIMATED)


def _small(source: Path) -> Image.Image:
    with Image.open(source) as picture:
        height = round(picture.height * ANIMATED_WIDTH / picture.width)
        return picture.convert("RGB").resize((ANIMATED_WIDTH, height), Image.Resampling.LANCZOS)


def _fits(target: Path, most: int) -> bool:
    size = target.stat().st_size
    print(f"{target.name}: {size:,} bytes{'' if size <= most else f', which is more than {most:,}'}")
    return size <= most


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
