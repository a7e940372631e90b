"""What the pictures show: a dataset from its settings to its rows, as one person sees it."""

from pathlib import Path

from playwright.async_api import expect

from support.browser import SECONDS, WIDE, Person

CUSTOMERS = 60_000
FRAME_MILLISECONDS = 250
MOST_FRAMES = 240


async def take(person: Person, folder: Path) -> None:
    """Write a screenshot of each scene, and the frames of a job in `job/`, each named by its time."""
    await person.page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})
    await person.in_light("light")
    person.name = "ada"
    await person.sign_up()
    await _new_dataset(person, folder)
    await _job(person, folder)
    await _overview(person, folder)
    await _rows(person, folder)


async def _new_dataset(person: Person, folder: Path) -> None:
    page = person.page
    await person.go("/datasets/new")
    await person.fill(name="Harbour", customers=str(CUSTOMERS))
    await person.sees("rows", seconds=30)
    await expect(page.get_by_role("list", name="Rows by table").get_by_role("button").first).to_be_visible()
    await page.screenshot(path=folder / "new-dataset.png")


async def _job(person: Person, folder: Path) -> None:
    page, frames = person.page, folder / "job"
    frames.mkdir()
    await person.press("Make dataset")
    await page.wait_for_url("**/jobs/*", timeout=15 * SECONDS)
    completed = page.get_by_text("completed", exact=True).first
    began: float = await page.evaluate("performance.now()")
    for _ in range(MOST_FRAMES):
        now: float = await page.evaluate("performance.now()")
        await page.screenshot(path=frames / f"{round(now - began):06}.png")
        if await completed.is_visible():
            break
        await page.wait_for_timeout(FRAME_MILLISECONDS)
    await person.reaches("completed")
    taken = sorted(frames.iterdir())
    (folder / "job-running.png").write_bytes(taken[len(taken) * 2 // 3].read_bytes())


async def _overview(person: Person, folder: Path) -> None:
    await person.open_dataset()
    await person.press("Make a full report")
    await person.sees("invariants hold.", seconds=180)
    await expect(person.page.get_by_role("img", name="Revenue by month")).to_be_visible(timeout=15 * SECONDS)
    await person.page.screenshot(path=folder / "overview.png")


async def _rows(person: Person, folder: Path) -> None:
    page = person.page
    await person.follow("order_details")
    grid = page.get_by_role("region", name="Rows of order_details")
    await grid.locator("[data-row-link]").nth(3).click()
    details = page.get_by_role("dialog", name="Row of order_details")
    await expect(details.get_by_role("region", name="Children")).to_contain_text("row")
    await page.screenshot(path=folder / "rows.png")
