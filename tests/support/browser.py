"""A person at a browser: the system's Chromium, headless, looking at the running system."""

import os
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, ConsoleMessage, Page, Response, expect

from cartload_dev import chromium
from cartload_dev.paths import checkout

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 1000.0
"""Playwright counts in milliseconds."""
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 800}
_AXE = "frontend/node_modules/axe-core/axe.min.js"
_SETTLED = """Promise.allSettled(
    document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)
)"""
_DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_SCROLLED = """async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight) {
    scrollTo(0, top)
    await drawn()
  }
  scrollTo(0, 0)
}"""
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def executable() -> str:
    """Return the path of the system's Chromium; raises LauncherError with the line that installs it."""
    return chromium.ensure(os.environ)


@dataclass
class Person:
    """Somebody at one page, with an account once `sign_up` was called."""

    page: Page
    origin: str
    name: str = field(default_factory=lambda: f"eva{secrets.token_hex(5)}")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    complaints: list[str] = field(default_factory=list)
    """What the browser complained about: script errors and what the content security policy refused."""

    def listen(self) -> None:
        """Note what the browser complains about from now on."""
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        # An answer of 4xx is said on the console too; those are what some tests are about.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    async def go(self, path: str) -> Response | None:
        """Open an address of the interface."""
        return await self.page.goto(self.origin + path)

    async def fill(self, **fields: str) -> None:
        """Fill in fields by their label, `user_name` standing for `User name`."""
        for label, text in fields.items():
            await self.page.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(text)

    async def press(self, button: str) -> None:
        """Press a button by its name."""
        await self.page.get_by_role("button", name=button, exact=True).click()

    async def follow(self, link: str) -> None:
        """Follow a link by its name."""
        await self.page.get_by_role("link", name=link, exact=True).first.click()

    async def sees(self, text: str, *, seconds: float = 15) -> None:
        """Wait until a text is on the page."""
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=seconds * SECONDS)

    async def reaches(self, state: str, *, seconds: float = 90) -> None:
        """Wait until the job on the page is in a state."""
        badge = self.page.get_by_text(state, exact=True).first
        await expect(badge).to_be_visible(timeout=seconds * SECONDS)

    async def sees_heading(self, text: str) -> None:
        """Wait until the page has a heading."""
        await expect(self.page.get_by_role("heading", name=text, exact=True)).to_be_visible(
            timeout=15 * SECONDS
        )

    async def sign_up(self) -> None:
        """Make an account and arrive at the datasets."""
        await self.go("/sign-up")
        await self.fill(user_name=self.name, password=self.password)
        await self.press("Make account")
        await self.sees_heading("Datasets")

    async def sign_in(self) -> None:
        """Fill in the sign-in page."""
        await self.fill(user_name=self.name, password=self.password)
        await self.press("Sign in")

    async def ask_for(self, name: str, customers: int) -> None:
        """Ask for a dataset and arrive at its job."""
        await self.go("/datasets/new")
        await self.fill(name=name, customers=str(customers))
        await self.press("Make dataset")
        await self.page.wait_for_url("**/jobs/*", timeout=15 * SECONDS)

    async def complete(self, name: str, customers: int) -> None:
        """Ask for a small dataset, wait for it, and open it."""
        await self.ask_for(name, customers)
        await self.reaches("completed")
        await self.open_dataset()
        await self.sees_heading(name)

    async def open_dataset(self) -> None:
        """Go from a job to its dataset, and arrive: both pages may have the same heading."""
        await self.follow("Open dataset")
        await self.page.wait_for_url("**/datasets/*", timeout=15 * SECONDS)

    async def scrolls_through(self) -> None:
        """Scroll to the end and back, so that what is drawn when it comes near is drawn."""
        await self.page.evaluate(_SCROLLED)

    async def fits(self) -> bool:
        """Whether the page is no wider than its window."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    async def in_light(self, scheme: Literal["light", "dark"]) -> None:
        """Have the page in a colour scheme, drawn."""
        await self.page.emulate_media(color_scheme=scheme)
        await self.page.wait_for_function(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        await self.page.evaluate(_DRAWN)

    async def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA on the page as it stands, its colours no longer changing."""
        await self.page.evaluate(_SETTLED)
        await self.page.evaluate((checkout() / _AXE).read_text(encoding="utf-8") + ";0")
        found: list[dict[str, Any]] = await self.page.evaluate(
            f"axe.run(document, {{runOnly: {_RULES}}}).then((result) => result.violations)"
        )
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


SCREENSHOTS = "CARTLOAD_SCREENSHOTS"
"""Names a folder for pictures of every page that is looked at; `make screenshots` sets it."""


async def look(person: Person, name: str) -> None:
    """Check the page as it stands, wide and narrow, light and dark."""
    page = person.page
    for window in (WIDE, PHONE):
        await page.set_viewport_size({"width": window["width"], "height": window["height"]})
        await person.scrolls_through()
        assert await person.fits(), f"{name} is wider than a window of {window['width']} px"
        for scheme in ("light", "dark"):
            await person.in_light(scheme)
            found = await person.violations()
            assert not found, f"{name}, {window['width']} px, {scheme}: {'; '.join(found)}"
            if folder := os.environ.get(SCREENSHOTS):
                file = re.sub(r"[^a-z]+", "-", name.lower()).strip("-")
                picture = Path(folder) / f"{file}-{window['width']}-{scheme}.png"
                await page.screenshot(path=picture, full_page=True)


@asynccontextmanager
async def person_at(browser: Browser, origin: str) -> AsyncIterator[Person]:
    """Somebody with a browser window of their own."""
    context = await browser.new_context(
        viewport={"width": WIDE["width"], "height": WIDE["height"]},
        accept_downloads=True,
        reduced_motion="reduce",
    )
    try:
        person = Person(await context.new_page(), origin)
        person.listen()
        yield person
    finally:
        await context.close()
