"""The administration at the browser: who may see it, users, jobs, dead letters."""

import re
import secrets

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from cartload_contracts import topics
from cartload_contracts.envelope import Wire
from cartload_dev.system_client import SystemClient
from support.bad_messages import sending
from support.browser import Person, look, person_at
from support.writer_service import root

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def admin(visitor: Person, cartload: SystemClient) -> Person:
    """An administrator, signed in."""
    await visitor.sign_up()
    with root(cartload.endpoints.mysql_root_url) as cursor:
        cursor.execute(
            "UPDATE cartload_auth.accounts SET role = 'admin' WHERE user_name = %s", (visitor.name,)
        )
    # The next access token says so.
    await visitor.page.reload()
    await expect(visitor.page.get_by_role("link", name="Admin", exact=True)).to_be_visible()
    return visitor


async def register(person: Person, name: str, password: str) -> None:
    async with aiohttp.ClientSession(person.origin) as http:
        body = {"user_name": name, "password": password}
        async with http.post("/api/auth/register", json=body) as answer:
            assert answer.status == 201


async def test_for_others_there_is_no_administration(person: Person) -> None:
    await expect(person.page.get_by_role("link", name="Admin", exact=True)).to_have_count(0)
    for path in ("/admin", "/admin/users", "/admin/dead-letters/1-2-3"):
        await person.go(path)
        await person.sees_heading("There is nothing here")


async def test_a_user_is_found_promoted_disabled_and_enabled(admin: Person, browser: Browser) -> None:
    page = admin.page
    async with person_at(browser, admin.origin) as other:
        await other.sign_up()
        await admin.follow("Admin")
        await admin.sees_heading("Administration")
        await page.get_by_label("Names that begin with").fill(other.name.upper())
        row = page.get_by_role("row").filter(has_text=other.name)
        await expect(page.get_by_role("row")).to_have_count(2)

        await page.get_by_role("button", name=f"Make admin: {other.name}").click()
        await admin.press("Make admin")
        await expect(row).to_contain_text("admin")
        await page.get_by_role("button", name=f"Make customer: {other.name}").click()
        await admin.press("Make customer")
        await expect(row.get_by_text("admin", exact=True)).to_have_count(0)

        await page.get_by_role("button", name=f"Disable: {other.name}").click()
        await admin.press("Disable")
        await expect(row).to_contain_text("disabled")
        await other.page.reload()
        await other.sees_heading("Sign in")
        await other.sign_in()
        await other.sees("This account is disabled")

        await page.get_by_role("button", name=f"Enable: {other.name}").click()
        await admin.press("Enable")
        await expect(row.get_by_text("disabled")).to_have_count(0)
        await other.press("Sign in")
        await other.sees_heading("Datasets")


async def test_anybodys_job_is_cancelled(admin: Person, browser: Browser) -> None:
    async with person_at(browser, admin.origin) as other:
        await other.sign_up()
        await other.ask_for("too large", 200_000)
        await admin.go("/admin/jobs")
        row = admin.page.get_by_role("row").filter(has_text=other.name)
        await row.get_by_role("button", name="Cancel").click()
        await admin.press("Cancel the job")
        await admin.sees("The job is being cancelled.")
        await expect(row.get_by_text("cancelled", exact=True)).to_be_visible(timeout=90_000)
        await other.reaches("cancelled")


async def test_a_dead_letter_is_read_and_decided_about(admin: Person, cartload: SystemClient) -> None:
    page, mark = admin.page, secrets.token_hex(6)
    message = Wire(topics.CHUNKS.name, mark.encode(), b"{}", (("ce_type", mark.encode()),))
    async with sending(cartload.endpoints.kafka_bootstrap) as sender:
        await sender.send(message)
    await admin.go("/admin/dead-letters?state=open")
    letters = page.get_by_role("link", name=re.compile("^Letter "))
    await expect(letters.first).to_be_visible(timeout=60_000)
    await letters.first.click()
    await admin.sees(mark)
    await look(admin, "admin, dead letter")
    await page.get_by_role("button", name="Discard").click()
    await page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    await admin.sees("The letter is discarded.")
    await expect(page.get_by_text("discarded", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Put back")).to_have_count(0)


async def test_the_keyboard_alone_finds_and_disables_a_user(admin: Person) -> None:
    page, name = admin.page, f"kbd{secrets.token_hex(4)}"
    await register(admin, name, admin.password)
    await admin.go("/admin/users")
    search = page.get_by_label("Names that begin with")
    await search.focus()
    await page.keyboard.type(name)
    disable = page.get_by_role("button", name=f"Disable: {name}")
    await expect(page.get_by_role("row")).to_have_count(2)
    for _ in range(10):
        await page.keyboard.press("Tab")
        if await disable.evaluate("(button) => button === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(disable).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=f"Enable: {name}")).to_be_visible()


@pytest.mark.timeout(240)
async def test_every_page_is_whole_in_both_themes(admin: Person, browser: Browser) -> None:
    await register(admin, f"{secrets.token_hex(4)}{'long' * 14}", admin.password)
    async with person_at(browser, admin.origin) as person:
        person.name, person.password = admin.name, admin.password
        await person.go("/admin/users")
        await person.sign_in()
        await expect(person.page.get_by_role("table", name="Users")).to_be_visible()
        await look(person, "admin, users")
        await person.go(f"/admin/users?q={secrets.token_hex(6)}")
        await person.sees("No such users")
        await look(person, "admin, no such users")
        await person.go("/admin/jobs")
        await expect(
            person.page.get_by_role("table").or_(person.page.get_by_text("No jobs yet"))
        ).to_be_visible()
        await look(person, "admin, jobs")
        await person.go("/admin/services")
        for name in ("Auth", "Generator", "Writer", "Notifier"):
            await expect(person.page.get_by_role("row", name=f"{name} ready")).to_be_visible()
        await look(person, "admin, services")
        await person.go("/admin/limits")
        for name in ("gateway", "auth", "generator", "writer", "notifier", "shop"):
            await expect(person.page.get_by_role("table", name=f"Limits of the {name}")).to_be_visible()
        unfinished = person.page.get_by_role("row").filter(has_text="CARTLOAD_USER_UNFINISHED_JOBS")
        await expect(unfinished.get_by_role("progressbar")).to_be_visible()
        await look(person, "admin, limits")
        await person.go("/admin/dead-letters?state=redriven")
        await person.sees("No redriven dead letters")
        await look(person, "admin, no dead letters")
        await person.go("/admin/dead-letters/1-2-3")
        await person.sees_heading("There is no such dead letter")
        await look(person, "admin, no such dead letter")
        await person.page.route("**/api/admin/**", lambda route: route.fulfill(status=503, body="{}"))
        await person.go("/admin/users")
        await person.sees("Try again")
        await look(person, "admin, service away")
        assert person.complaints == []
