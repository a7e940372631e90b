"""The first page after signing in: what a newcomer sees, and how somebody with datasets finds them."""

import pytest
from playwright.async_api import expect

from support.browser import SECONDS, Person, look


async def test_a_newcomer_sees_real_rows_and_has_a_dataset_with_one_click(person: Person) -> None:
    page = person.page
    sample = page.get_by_role("region", name="Sample of users").get_by_role("row")
    await expect(sample).to_have_count(6, timeout=15 * SECONDS)
    first = await sample.nth(1).get_by_role("cell").nth(2).inner_text()
    await person.press("Make small shop")
    await page.wait_for_url("**/jobs/*", timeout=15 * SECONDS)
    await person.reaches("completed")
    await person.open_dataset()
    await person.follow("users")
    stored = page.get_by_role("region", name="Rows of users")
    await expect(stored.get_by_text(first, exact=True)).to_be_visible(timeout=15 * SECONDS)


async def test_datasets_are_searched_and_sorted_by_address(person: Person) -> None:
    page = person.page
    await person.complete("Pine", 60)
    await person.complete("Harbour", 120)
    await person.go("/")
    links = page.get_by_role("region", name="Datasets", exact=True).get_by_role("link")
    await expect(links).to_have_text(["Harbour", "Pine"])
    await expect(page.get_by_role("row", name="Pine")).to_contain_text("all 9 hold", timeout=60 * SECONDS)
    customers = page.get_by_role("columnheader", name="Customers")
    await customers.get_by_role("button").focus()
    await page.keyboard.press("Enter")
    await expect(customers).to_have_attribute("aria-sort", "descending")
    await page.keyboard.press("Enter")
    await expect(links).to_have_text(["Pine", "Harbour"])
    await page.get_by_label("Search datasets").press_sequentially("har")
    await expect(links).to_have_text(["Harbour"])
    await page.wait_for_url("**/?q=har&sort=customers")
    await page.reload()
    await expect(links).to_have_text(["Harbour"])


@pytest.mark.timeout(240)
async def test_a_running_job_shows_its_throughput_as_it_goes(person: Person) -> None:
    page = person.page
    await person.ask_for("Orchard", 200_000)
    job = page.url
    await person.reaches("running")
    await person.follow("Datasets")
    sparkline = page.get_by_role("img", name="Throughput: now")
    await expect(sparkline).to_be_visible(timeout=60 * SECONDS)
    await look(person, "datasets, running")
    await page.goto(job)
    await person.press("Cancel")
    await person.press("Cancel the job")
    await person.reaches("cancelled")
