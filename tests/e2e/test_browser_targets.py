"""Datasets that are not stored everywhere: chosen in the form, and explained where something is not there."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from support.browser import SECONDS, Person, look


async def make(person: Person, name: str, choice: str) -> None:
    """Choose in the form where a dataset is stored, and open the dataset when it is made."""
    await person.go("/datasets/new")
    await person.fill(name=name, customers="200")
    await person.page.get_by_role("radio", name=choice, exact=True).check()
    await person.press("Make dataset")
    await person.page.wait_for_url("**/jobs/*", timeout=15 * SECONDS)
    await person.reaches("completed")
    await person.open_dataset()
    await person.sees_heading(name)


async def test_a_dataset_of_files_only_explains_its_tabs_and_its_files_are_downloaded(
    person: Person,
) -> None:
    page = person.page
    await person.go("/datasets/new")
    await page.get_by_role("radio", name="Files only", exact=True).check()
    await page.get_by_role("tab", name="curl").click()
    await expect(page.get_by_role("region", name="curl command")).to_contain_text(
        '"targets":["files","kafka"]'
    )
    await look(person, "new dataset, files only")

    await make(person, "lake", "Files only")
    await person.sees("No tables in MySQL")
    await expect(page.get_by_role("table", name="Rows and bytes of each table")).to_be_visible()
    await look(person, "overview of files only")
    for tab in ("Tables", "Connection", "Quality", "Answers"):
        await person.follow(tab)
        await person.sees("This dataset was made as “Files only”")
    await look(person, "quality of files only")
    await person.follow("Schema")
    await expect(page.get_by_role("heading", name="Tables and columns")).to_be_visible()

    await person.follow("Answers")
    await person.follow("Go to its files")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download users/part-0.parquet").click()
    part = Path(await (await downloading.value).path())
    assert (await asyncio.to_thread(part.read_bytes)).startswith(b"PAR1")

    await person.press("Delete")
    await person.sees("Its files are removed")
    await person.go("/")
    await person.sees("no tables to examine")
    await look(person, "datasets, one of files only")


@pytest.mark.parametrize(
    ("choice", "tab", "words"),
    [
        ("MySQL only", "Files", "Each table can be exported"),
        ("Kafka only", "Files", "Its batches are on Kafka"),
    ],
)
async def test_a_dataset_without_files_says_where_its_rows_are(
    person: Person, choice: str, tab: str, words: str
) -> None:
    await make(person, "no files", choice)
    await person.follow(tab)
    await person.sees(words)
    await look(person, f"files of {choice}")
