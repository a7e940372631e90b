"""What can be done with a dataset at the browser: rows, exports, files, SQL, append, delete."""

import asyncio
import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Download, Page, expect

from cartload.schema import TABLES
from support.browser import SECONDS, Person, look

FOREIGN_KEYS = sum(len(table.foreign_keys) for table in TABLES)


async def read(download: Download) -> bytes:
    """The bytes of a download."""
    return await asyncio.to_thread(Path(await download.path()).read_bytes)


async def first_cells(page: Page, column: int) -> list[str]:
    """The texts of one column, in the rows that are drawn."""
    cells = page.locator(f"tbody tr td:nth-child({column})")
    return [text for text in await cells.all_inner_texts() if text]


async def test_rows_are_sorted_filtered_followed_and_exported(person: Person) -> None:
    page = person.page
    await person.complete("little shop", 300)
    await person.follow("order_details")
    await person.sees("100 rows loaded, more below.")

    await page.get_by_label("Column").select_option("status")
    await page.get_by_label("Value").select_option("delivered")
    await person.press("Add filter")
    await expect(page.get_by_role("button", name="Remove filter status = delivered")).to_be_visible()
    status = await page.get_by_role("columnheader").all_inner_texts()
    place = [text.split()[0] for text in status].index("status") + 1
    cells = page.locator(f"tbody tr td:nth-child({place})")
    await expect(cells.filter(has_not_text="delivered")).to_have_count(0)
    assert set(await first_cells(page, place)) == {"delivered"}
    assert parse_qs(urlsplit(page.url).query) == {"status": ["delivered"]}

    await page.get_by_role("columnheader", name="order_number").get_by_role("button").click()
    await expect(page.get_by_role("columnheader", name="order_number")).to_have_attribute(
        "aria-sort", "ascending"
    )

    async with page.expect_download() as downloading:
        await person.press("CSV")
    download = await downloading.value
    assert download.suggested_filename == "order_details.csv"
    rows = list(csv.DictReader(io.StringIO((await read(download)).decode())))
    assert {row["status"] for row in rows} == {"delivered"}, "the export honours the filter"

    await page.get_by_role("button", name="Remove filter").click()
    await cells.first.click()
    await expect(page.get_by_role("dialog", name="Row of order_details")).to_be_visible()


async def test_a_row_leads_to_its_parents_and_children_and_back(person: Person) -> None:
    page = person.page
    await person.complete("family tree", 300)
    await person.follow("order_details")
    await person.sees("100 rows loaded, more below.")
    grid = page.get_by_role("region", name="Rows of order_details")
    row = grid.locator('tr[aria-rowindex="45"]')
    while not await row.count():
        await grid.evaluate("(element) => element.scrollBy(0, 300)")
    order, user = [await row.get_by_role("link").nth(place).inner_text() for place in (0, 1)]

    await row.get_by_role("link", name=user).click()
    customer = page.get_by_role("dialog", name="Row of users")
    await expect(customer.get_by_role("region", name="Columns")).to_contain_text(user)
    assert parse_qs(urlsplit(page.url).query) == {"id": [user], "row": [user]}
    await customer.get_by_role("region", name="Children").get_by_role("link", name="order_details").click()
    await expect(page.get_by_role("button", name=f"Remove filter user_id = {user}")).to_be_visible()
    await expect(grid.get_by_role("link", name=order)).to_be_visible()
    await page.go_back()
    await expect(customer).to_be_visible()
    await page.go_back()
    await expect(grid.get_by_role("link", name=order)).to_be_in_viewport()

    await grid.get_by_role("link", name=order).focus()
    await page.keyboard.press("ArrowDown")
    following = await page.evaluate("document.activeElement.textContent")
    await page.keyboard.press("Enter")
    details = page.get_by_role("dialog", name="Row of order_details")
    await expect(details.get_by_role("region", name="Children")).to_contain_text("row")
    await page.reload()
    await expect(details.get_by_role("region", name="Columns")).to_contain_text(following)
    await look(person, "row details")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert urlsplit(page.url).query == ""
    await page.goto(f"{page.url}?row=00000000-0000-8000-8000-000000000000")
    await person.sees("No such row")
    await look(person, "details of a row that is not there")


_VIEWS = """() => {
  const views = window.views = new Set()
  const look = () => {
    const view = document.querySelector('.react-flow__viewport')
    const table = view?.querySelector('a')
    if (table && getComputedStyle(table).visibility === 'visible') views.add(view.style.transform)
    requestAnimationFrame(look)
  }
  look()
}"""
"""Remembers every view of the diagram in which its tables are seen."""


async def test_the_schema_is_panned_zoomed_and_read(person: Person) -> None:
    page = person.page
    await person.complete("drawn", 100)
    await page.evaluate(_VIEWS)
    await person.follow("Schema")
    diagram = page.get_by_role("region", name="Diagram of the tables")
    await expect(diagram.get_by_role("link", name="wishlist")).to_be_visible()
    views = await page.evaluate("[...window.views]")
    assert len(views) == 1, "the diagram is seen before it is fitted"
    await expect(diagram.locator("path.react-flow__edge-path")).to_have_count(FOREIGN_KEYS)
    await expect(diagram.get_by_text("placed_at")).to_have_count(0)
    await person.press("All columns")
    await expect(diagram.get_by_text("placed_at")).to_be_visible()

    view = diagram.locator(".react-flow__viewport")
    await diagram.focus()
    for key in ("ArrowRight", "+", "-", "0"):
        before = await view.get_attribute("style") or ""
        await page.keyboard.press(key)
        await expect(view).not_to_have_attribute("style", before)
    await look(person, "schema")

    await expect(diagram).to_have_count(0)
    await page.locator("summary", has_text="order_item").click()
    columns = page.get_by_role("region", name="Columns of order_item")
    await expect(columns).to_contain_text("foreign key to products_skus.id")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await diagram.get_by_role("link", name="payment_details").focus()
    await page.keyboard.press("Enter")
    await person.sees_heading("payment_details")


@pytest.mark.timeout(300)
async def test_the_overview_says_what_is_not_there_yet_or_never_will_be(person: Person) -> None:
    page = person.page
    await person.ask_for("half made", 60_000)
    await person.sees("Making rows", seconds=60)
    await person.press("Pause")
    await person.press("Pause the job")
    await person.reaches("paused", seconds=60)
    job = page.url
    await person.open_dataset()
    await person.sees("Rows are checked when all are stored.")
    await person.sees("No plots yet")
    await expect(page.get_by_role("button", name="Make a full report")).to_have_count(0)
    await look(person, "overview of a dataset that is being made")

    await page.goto(job)
    await person.press("Cancel")
    await person.press("Cancel the job")
    await person.reaches("cancelled", seconds=60)
    await person.open_dataset()
    await person.sees("This dataset is incomplete")
    await expect(page.get_by_role("region", name="Rows and bytes of each table")).to_be_visible()
    await look(person, "overview of an incomplete dataset")


async def test_more_rows_are_fetched_while_scrolling_and_few_are_drawn(person: Person) -> None:
    page = person.page
    await person.complete("long table", 300)
    await person.follow("order_item")
    await person.sees("100 rows loaded, more below.")
    grid = page.get_by_role("region", name="Rows of order_item")
    for loaded in (200, 300):
        await grid.evaluate("(element) => element.scrollTo(0, element.scrollHeight)")
        await person.sees(f"{loaded} rows loaded, more below.")
    assert await page.locator("tbody tr").count() < 100


async def test_files_connection_and_spec(person: Person) -> None:
    page = person.page
    await person.complete("open book", 200)

    await person.follow("Files")
    await person.sees("users/part-0.parquet")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download users/part-0.parquet").click()
    assert (await read(await downloading.value)).startswith(b"PAR1")

    await person.follow("Connection")
    await person.press("Make a password")
    await person.sees("shown only this once")
    await page.reload()
    await expect(page.get_by_role("button", name="Replace the password")).to_be_visible()
    await expect(page.get_by_text("Password", exact=True)).to_have_count(0)

    await person.follow("Spec")
    await expect(page.get_by_label("Spec as JSON")).to_contain_text('"customers": 200')


async def test_the_report_and_the_answers(person: Person) -> None:
    page = person.page
    await person.complete("proven", 300)

    whole = page.get_by_text(re.compile(r"^(\d+) of \1 invariants hold\.$"))
    await expect(whole).to_be_visible(timeout=60_000)
    await person.sees("Revenue by month")
    await person.scrolls_through()
    for plot in ("Revenue by month", "Orders by weekday and hour", "Basket size"):
        await expect(page.get_by_role("img", name=plot)).to_be_visible()
    await person.follow("Open the quality report")
    await person.sees("rules hold")
    await page.locator("summary", has_text="Money reconciles to the last cent").click()
    rules = page.get_by_role("region", name="Rules of Money reconciles to the last cent").get_by_role("row")
    await expect(rules.nth(1).get_by_role("cell").last).to_have_text("0")
    await person.sees("Retention of cohorts")
    await person.scrolls_through()
    for plot in ("Orders by weekday", "Basket size", "Retention of cohorts"):
        await expect(page.get_by_role("img", name=plot)).to_be_visible()

    await person.follow("Answers")
    await page.locator("summary", has_text="How many customers come back?").click()
    answer = page.get_by_role("region", name="How many customers come back?").get_by_role("row")
    await expect(answer.nth(1).get_by_role("cell").first).to_have_text("300")
    await page.get_by_text("SQL for MySQL and MariaDB").filter(visible=True).click()
    shown = page.get_by_label("SQL for MySQL and MariaDB", exact=True).filter(visible=True)
    await expect(shown).to_contain_text("DIV")

    await person.follow("Quality")
    await person.press("Make a full report")
    await expect(page.get_by_role("button", name="Checking every row")).to_be_disabled()
    await expect(page.get_by_role("button", name="Make a full report")).to_be_enabled(timeout=60 * SECONDS)
    await person.sees("rules hold")


async def test_a_dataset_grows_by_an_append_and_is_deleted(person: Person) -> None:
    page = person.page
    await person.complete("growing", 200)
    await person.press("Append")
    await person.fill(customers_to_add="none")
    await page.get_by_role("dialog").get_by_role("button", name="Append").click()
    await person.sees("Enter a whole number from 1.")
    await person.fill(customers_to_add="300")
    await page.get_by_role("dialog").get_by_role("button", name="Append").click()
    await page.wait_for_url("**/jobs/*", timeout=15 * SECONDS)
    await person.reaches("completed")
    await person.open_dataset()
    await person.sees("500 customers")

    await person.press("Delete")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    address = page.url
    await person.press("Delete")
    await person.press("Delete the dataset")
    await person.sees("No datasets yet")
    await page.goto(address)
    await person.sees_heading("There is no such dataset")
