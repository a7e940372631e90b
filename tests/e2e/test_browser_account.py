"""Accounts at the browser: signing up, in and out, sessions, tokens."""

import aiohttp
from playwright.async_api import Browser, expect

from support.browser import Person, person_at


async def test_wrong_input_at_sign_up_is_named_beside_its_field(visitor: Person) -> None:
    page = visitor.page
    await visitor.go("/sign-up")
    await visitor.press("Make account")
    await visitor.sees("Enter a user name.")
    await expect(page.get_by_label("User name")).to_be_focused()
    await visitor.fill(user_name=visitor.name, password="short")
    await visitor.press("Make account")
    await visitor.sees("Use at least 8 characters.")
    await expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    await visitor.fill(user_name="no spaces allowed!", password=visitor.password)
    await visitor.press("Make account")
    await expect(page.get_by_label("User name")).to_have_attribute("aria-invalid", "true")


async def test_a_taken_name_and_a_wrong_password_are_refused(person: Person) -> None:
    await person.press("Sign out")
    await person.go("/sign-up")
    await person.fill(user_name=person.name, password="another password")
    await person.press("Make account")
    await expect(person.page.get_by_role("alert")).to_be_visible()

    await person.follow("Sign in")
    await person.fill(user_name=person.name, password="not my password")
    await person.press("Sign in")
    await expect(person.page.get_by_role("alert")).to_be_visible()
    await person.sign_in()
    await person.sees_heading("Datasets")


async def test_a_visitor_is_asked_to_sign_in_and_then_sent_where_they_wanted(person: Person) -> None:
    await person.press("Sign out")
    await person.sees_heading("Sign in")
    await person.go("/jobs?state=failed")
    await person.sees_heading("Sign in")
    await person.sign_in()
    await person.sees("No failed jobs")


async def test_a_session_outlives_a_reload_and_keeps_nothing_that_scripts_could_steal(person: Person) -> None:
    page = person.page
    await page.reload()
    await person.sees("No datasets yet")
    kept = await page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))")
    # How fast jobs and streams were that this tab watched; it goes with the sign-out.
    watched = {"cartload.observations", "cartload.rates"}
    assert set(kept) <= {"cartload.theme", "react-router-scroll-positions", *watched}
    assert await page.evaluate("document.cookie") == ""
    (cookie,) = await page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] in ("Strict", "Lax")


async def test_signing_out_in_one_tab_signs_out_the_other(person: Person) -> None:
    other = await person.page.context.new_page()
    await other.goto(person.origin)
    await expect(other.get_by_text("No datasets yet")).to_be_visible()
    await person.press("Sign out")
    await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_personal_token_is_shown_once_works_and_is_revoked(person: Person) -> None:
    page = person.page
    await person.go("/tokens")
    await person.sees("No tokens yet")
    await person.press("Make token")
    await person.sees("Give it a name to know it by.")
    await person.fill(name="nightly", days_it_lasts="9999")
    await person.press("Make token")
    await expect(page.get_by_label("Days it lasts")).to_have_attribute("aria-invalid", "true")
    await person.fill(name="nightly", days_it_lasts="7")
    await person.press("Make token")
    token = await page.get_by_test_id("new-token").inner_text()
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(person.origin, headers=headers) as http,
        http.get("/api/auth/me") as answer,
    ):
        assert (await answer.json())["user_name"] == person.name
    await page.reload()
    await expect(page.get_by_role("cell", name="nightly", exact=True)).to_be_visible()
    await expect(page.get_by_text(token)).to_have_count(0)
    await page.get_by_role("button", name="Revoke nightly").click()
    await person.press("Revoke the token")
    await person.sees("No tokens yet")


async def test_what_belongs_to_another_account_is_not_there(person: Person, browser: Browser) -> None:
    await person.complete("private", 50)
    address = person.page.url
    async with person_at(browser, person.origin) as other:
        await other.sign_up()
        await other.page.goto(address)
        await other.sees_heading("There is no such dataset")


async def test_a_lost_browser_is_signed_out_and_the_password_changed(
    person: Person, browser: Browser
) -> None:
    async with person_at(browser, person.origin) as lost:
        lost.name, lost.password = person.name, person.password
        await lost.go("/sign-in")
        await lost.sign_in()
        await lost.sees_heading("Datasets")

        await person.page.get_by_role("link", name=f"Account of {person.name}").click()
        await person.sees_heading("Account")
        sessions = person.page.get_by_role("list", name="Sessions").get_by_role("listitem")
        await expect(sessions).to_have_count(2)
        await person.page.get_by_role("button", name="Sign out Chrome").click()
        await expect(sessions).to_have_count(1)
        await expect(sessions).to_contain_text("this one")
        await lost.page.reload()
        await lost.sees_heading("Sign in")

    await person.fill(present_password="not my password", new_password="another good one")
    await person.press("Change password")
    await person.sees("This is not your present password.")
    await person.fill(present_password=person.password, new_password="another good one")
    await person.press("Change password")
    await person.sees("Your password is changed.")
    person.password = "another good one"
    await person.press("Sign out")
    await person.sees_heading("Sign in")
    await person.sign_in()
    await person.sees_heading("Account")


async def test_an_account_is_deleted_by_name_and_password_with_what_it_had(person: Person) -> None:
    await person.complete("mine", 50)
    await person.go("/account")
    await person.press("Delete account")
    dialog = person.page.get_by_role("dialog")
    name = dialog.get_by_label(f"Your user name, {person.name}")
    await name.fill("somebody else")
    await dialog.get_by_label("Your password").fill("not my password")
    await person.press("Delete my account")
    await person.sees(f"Type {person.name} to go on.")
    assert await person.violations() == []
    await name.fill(person.name)
    await person.press("Delete my account")
    await person.sees("This is not the password.")
    await expect(dialog.get_by_label("Your password")).to_be_focused()
    await dialog.get_by_label("Your password").fill(person.password)
    await person.press("Delete my account")
    await person.sees_heading("Sign in")
    await person.sign_in()
    await expect(person.page.get_by_role("alert")).to_be_visible()
    await person.sign_up()
    await person.sees("No datasets yet")
