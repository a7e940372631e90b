"""The page that asks for a dataset: its form, the rows beside it, and the same wish in other languages."""

import asyncio
import json
import os
import sys
from pathlib import Path

from playwright.async_api import expect

from support.browser import Person, look


async def test_the_preview_follows_the_form_without_storing_anything(person: Person) -> None:
    page = person.page
    await person.go("/datasets/new")
    await page.get_by_role("button", name="Tiny").click()
    await expect(page.get_by_label("Customers", exact=True)).to_have_value("100")
    sizes = page.get_by_role("list", name="Rows by table")
    await expect(sizes.get_by_role("button", name="users 100", exact=True)).to_be_visible()
    await sizes.get_by_role("button", name="users").click()
    rows = page.get_by_role("region", name="First rows of users").get_by_role("row")
    await expect(rows).to_have_count(9)
    first = await rows.nth(1).inner_text()

    await person.fill(customers="2,000")
    await expect(sizes.get_by_role("button", name="users 2,000", exact=True)).to_be_visible()
    await person.fill(seed="7")
    await expect(rows.nth(1)).not_to_have_text(first)
    await person.go("/")
    await person.sees("No datasets yet")


async def test_the_form_and_its_yaml_say_the_same(person: Person) -> None:
    page = person.page
    await person.go("/datasets/new")
    await page.get_by_role("tab", name="YAML").click()
    editor = page.get_by_role("textbox", name="Spec as YAML")
    await expect(editor).to_contain_text("customers: 1000")
    await person.fill(customers="1,234")
    await expect(editor).to_contain_text("customers: 1234")

    await editor.fill("customers: 55\norders: {cancel_rate: 0.5}\n")
    await expect(page.get_by_label("Customers", exact=True)).to_have_value("55")
    await page.get_by_text("Orders", exact=True).click()
    await expect(page.get_by_label("Cancelled orders", exact=True)).to_have_value("50")
    await editor.fill("customers: [1")
    await person.sees("The YAML cannot be read.")
    await person.press("Make dataset")
    assert page.url.endswith("/datasets/new")
    await page.get_by_role("tab", name="First rows").click()
    await expect(page.get_by_text("The YAML cannot be read.")).to_have_count(0)
    await person.sees("rows in all")
    await look(person, "new dataset")
    for tab in ("YAML", "curl", "cartload", "Python"):
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        await look(person, f"new dataset, {tab}")


async def test_the_copied_command_makes_what_the_form_says(person: Person, tmp_path: Path) -> None:
    page = person.page
    await person.go("/datasets/new")
    await page.get_by_role("button", name="Seasonal").click()
    await person.fill(name='Ada\'s "shop"', customers="30", currency="EUR")
    await page.get_by_role("tab", name="cartload").click()
    command = await page.get_by_role("region", name="cartload command").inner_text()
    folder = Path(sys.executable).parent
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        command,
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    spec = json.loads((tmp_path / "shop" / "manifest.json").read_text(encoding="utf-8"))["spec"]
    assert (spec["name"], spec["customers"], spec["currency"]) == ('Ada\'s "shop"', 30, "EUR")
    assert spec["season"]["week"] == [90, 85, 85, 95, 120, 150, 130]


async def test_settings_are_changed_by_keyboard_alone(person: Person) -> None:
    page = person.page
    await person.go("/datasets/new")
    await person.sees("rows in all")
    await page.get_by_label("Customers, slider").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_label("Customers", exact=True)).to_have_value("1,500")
    await page.locator("summary", has_text="Time and season").focus()
    await page.keyboard.press("Enter")
    bar = page.get_by_label("Demand by month: January")
    await bar.focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_label("Demand by month, as numbers")).to_have_value(
        "89, 82, 92, 94, 98, 96, 92, 90, 98, 104, 128, 138"
    )
    await page.get_by_role("tab", name="First rows").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Plots")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="YAML")).to_be_focused()
    editor = page.get_by_role("textbox", name="Spec as YAML")
    await editor.focus()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+Tab")
    await expect(editor).not_to_be_focused()


async def test_plots_say_what_the_settings_mean(person: Person) -> None:
    page = person.page
    await person.go("/datasets/new")
    await person.sees("rows in all")
    await page.get_by_role("tab", name="Plots").click()
    await expect(page.get_by_role("img", name="Plot of orders per customer")).to_be_visible()
    await expect(page.get_by_role("img", name="Plot of order value")).to_be_visible()
    await person.sees("all of the first 1,000 customers, counted")
    await look(person, "new dataset, plots")
    await page.set_viewport_size({"width": 1440, "height": 900})
    weekdays = page.get_by_role("figure").filter(has_text="Demand by weekday")
    await page.locator("summary", has_text="Time and season").click()
    await page.get_by_label("Demand by weekday, as numbers").fill("10, 10, 10, 10, 10, 10, 80")
    await expect(weekdays).to_contain_text("Highest: Sunday")
    await page.locator("summary", has_text="Orders").first.click()
    await page.get_by_label("Orders per customer", exact=True).fill("0.2")
    await expect(page.get_by_role("figure").filter(has_text="Orders per customer")).to_contain_text(
        "167 of 1,000 customers order at all"
    )
