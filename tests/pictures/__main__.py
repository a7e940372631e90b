"""`make pictures`: the pictures of README.md, taken anew of a system and of a job that runs there."""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from bench.system import running
from cartload_dev import environments
from cartload_dev.paths import checkout
from pictures import scenes
from support.browser import FLAGS, executable, person_at

FOLDER = Path(__file__).parent
TARGET = "docs/pictures"


def main() -> int:
    """Take them all; end with 1 when one is larger than it may be."""
    parser = argparse.ArgumentParser(prog="python -m pictures", description=__doc__)
    parser.add_argument("--out", type=Path, default=checkout() / TARGET, help=f"a folder (default: {TARGET})")
    target: Path = parser.parse_args().out
    # Pillow is in an environment of its own: nothing else here needs it.
    python = environments.environment("pictures", FOLDER / "requirements.lock", os.environ) / "bin" / "python"
    with tempfile.TemporaryDirectory() as taken:
        asyncio.run(_take(Path(taken)))
        return subprocess.run([python, FOLDER / "encode.py", taken, target], check=False).returncode


async def _take(folder: Path) -> None:
    with running("pictures") as system:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
            async with person_at(browser, system.base_url) as person:
                await scenes.take(person, folder)
            await browser.close()


if __name__ == "__main__":
    sys.exit(main())
