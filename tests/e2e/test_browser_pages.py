"""Every page as it must be for everybody: empty, wrong, on a phone, by keyboard, in both themes."""

import pytest
from playwright.async_api import expect

from support.browser import Person, look


async def test_pages_without_an_account(visitor: Person) -> None:
    await visitor.go("/")
    await visitor.sees_heading("Sign in")
    await look(visitor, "sign in")
    await visitor.go("/sign-up")
    await visitor.press("Make account")
    await look(visitor, "sign up, with complaints")
    await visitor.go("/nowhere")
    await visitor.sees_heading("There is nothing here")
    await look(visitor, "not found")


async def test_pages_with_nothing_to_show(person: Person) -> None:
    await person.sees("What is in it")
    await look(person, "no datasets")
    for path, text in (
        ("/jobs", "No jobs yet"),
        ("/streams", "No streams yet"),
        ("/tokens", "No tokens yet"),
        ("/account", "this one"),
    ):
        await person.go(path)
        await person.sees(text)
        await look(person, path)
    await person.go("/jobs/0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92")
    await person.sees_heading("There is no such job")
    await look(person, "no such job")
    await person.go("/jobs/no-id-at-all")
    await person.sees_heading("There is no such job")


@pytest.mark.timeout(240)
async def test_pages_of_a_dataset(person: Person) -> None:
    await person.ask_for("looked at", 100)
    await person.reaches("completed")
    await look(person, "job")
    await person.open_dataset()
    await person.sees("Revenue by month", seconds=60)
    await look(person, "overview")
    address = person.page.url
    for tab, text in (
        ("Tables", "Holds"),
        ("Schema", "Tables and columns"),
        ("Files", "SHA-256"),
        ("Connection", "Database"),
        ("Quality", "Baskets and returning customers"),
        ("Answers", "How large are baskets?"),
        ("Jobs", "Asked for"),
        ("Streams", "Start a stream"),
        ("Spec", "Vintage"),
    ):
        await person.page.get_by_role("navigation", name="Dataset").get_by_role("link", name=tab).click()
        await person.sees(text, seconds=60)
        await look(person, tab)
    await person.page.goto(f"{address}/tables/order_details")
    await person.sees("loaded")
    await look(person, "rows")
    await person.go("/")
    await person.sees("looked at")
    await look(person, "datasets")


async def test_wrong_input_for_a_dataset_is_named_beside_its_field(person: Person) -> None:
    page = person.page
    await person.go("/datasets/new")
    await person.fill(customers="many", seed="-1")
    await person.press("Make dataset")
    await person.sees("Enter a whole number from 1 to 100,000,000.")
    await expect(page.get_by_label("Seed")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Customers", exact=True)).to_be_focused()
    await look(person, "new dataset, with complaints")

    await person.fill(customers="100", seed="1", currency="dollars")
    await person.press("Make dataset")
    await expect(page.get_by_label("Currency")).to_have_attribute("aria-invalid", "true")

    await person.fill(currency="USD")
    await page.get_by_text("Orders", exact=True).click()
    await person.page.get_by_label("Orders per customer", exact=True).fill("50")
    await person.sees("the service can make at most 21")
    await look(person, "new dataset, refused by the server")
    assert page.url.endswith("/datasets/new")


async def test_everything_can_be_reached_by_keyboard(visitor: Person) -> None:
    page = visitor.page
    await visitor.go("/sign-up")
    await visitor.sees_heading("Make an account")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("User name")).to_be_focused()
    await page.keyboard.type(visitor.name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(visitor.password)
    await page.keyboard.press("Enter")
    await visitor.sees("No datasets yet")
    await page.get_by_role("link", name="Jobs").focus()
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    await page.keyboard.press("Enter")
    await visitor.sees("No jobs yet")
    await expect(page.get_by_role("main")).to_be_focused()
    assert outline == "solid"


async def test_a_chosen_theme_outlives_a_reload(visitor: Person) -> None:
    page = visitor.page
    await visitor.in_light("light")
    await visitor.go("/sign-in")
    root, canvas = page.locator("html"), "getComputedStyle(document.documentElement).backgroundColor"
    light = await page.evaluate(canvas)
    await page.get_by_role("button", name="Theme: system").click()
    await page.get_by_role("button", name="Theme: light").click()
    await expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    await expect(root).not_to_have_css("background-color", light)
    dark = await page.evaluate(canvas)
    await page.reload()
    await expect(root).to_have_css("background-color", dark)
