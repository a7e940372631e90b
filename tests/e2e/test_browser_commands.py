"""The command palette and the keyboard shortcuts of every page."""

import pytest
from playwright.async_api import Page, expect

from support.browser import Person, look

pytestmark = pytest.mark.timeout(240)


async def open_palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Search pages")).to_be_focused()


async def test_the_palette_goes_to_datasets_and_jobs_by_name(person: Person) -> None:
    page = person.page
    await person.complete("Harbour", 50)
    await person.go("/tokens")
    await person.sees("No tokens yet")
    await open_palette(page)
    await expect(page.get_by_role("option", name="Harbour").first).to_be_visible()
    await look(person, "command palette")
    await page.keyboard.type("harb")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("Harbour")
    await page.keyboard.press("Enter")
    await person.sees_heading("Harbour")
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await page.get_by_role("button", name="Search", exact=True).click()
    await expect(page.get_by_role("combobox", name="Search pages")).to_be_focused()
    await page.keyboard.type("new dataset: harb")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/jobs/*")
    await open_palette(page)
    await page.keyboard.type("no such thing")
    await person.sees("Nothing has that name.")
    await look(person, "command palette, nothing found")


async def test_the_palette_gives_the_focus_back_and_does_what_is_asked(person: Person) -> None:
    page = person.page
    jobs = page.get_by_role("link", name="Jobs", exact=True)
    await jobs.focus()
    await open_palette(page)
    await page.keyboard.press("Escape")
    await expect(jobs).to_be_focused()

    await open_palette(page)
    await page.keyboard.type("dark")
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()

    await open_palette(page)
    await page.keyboard.type("sign out")
    await page.keyboard.press("Enter")
    await person.sees_heading("Sign in")


async def test_single_keys_go_to_pages_but_not_while_one_types(person: Person) -> None:
    page = person.page
    await page.keyboard.type("gj")
    await person.sees("No jobs yet")
    await page.keyboard.type("n")
    await person.sees_heading("New dataset")
    await person.sees("rows in all")
    await page.get_by_label("Name", exact=True).fill("")
    await page.keyboard.type("gj")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("gj")
    await person.sees_heading("New dataset")


async def test_the_shortcuts_are_listed_and_switched_off(person: Person) -> None:
    page = person.page
    await page.keyboard.type("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await look(person, "keyboard shortcuts")
    await page.get_by_role("checkbox", name="Use single-key shortcuts").uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    await person.sees("No datasets yet")
    await page.keyboard.type("gj")
    await open_palette(page)
    await page.keyboard.type("keyboard")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await person.sees_heading("Datasets")
