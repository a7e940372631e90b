"""Somebody signed in, in a browser that Lighthouse can use, with a dataset and its job to look at."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import async_playwright

from cartload_dev.ports import free_ports
from support.browser import FLAGS, Person, executable

CUSTOMERS = 2_000


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, and the port at which their browser takes commands."""

    person: Person
    debugging_port: int


@asynccontextmanager
async def signed_in(origin: str) -> AsyncIterator[SignedIn]:
    """Somebody with a new account, in a profile that is kept: no other's cookies are sent for Lighthouse."""
    (port,) = free_ports(1)
    flags = [*FLAGS, f"--remote-debugging-port={port}"]
    with tempfile.TemporaryDirectory() as profile:
        async with (
            async_playwright() as playwright,
            await playwright.chromium.launch_persistent_context(
                profile, executable_path=executable(), args=flags
            ) as context,
        ):
            person = Person(await context.new_page(), origin)
            await person.sign_up()
            yield SignedIn(person, port)


async def prepare(person: Person) -> Mapping[str, str]:
    """Make a dataset, examined in full, and return the addresses of the pages by their names."""
    await person.ask_for("Harbour", CUSTOMERS)
    job = person.page.url
    await person.reaches("completed")
    await person.open_dataset()
    await person.press("Make a full report")
    await person.sees("invariants hold.", seconds=120)
    dataset = person.page.url
    # Its live connection and its polls would be heard beside the page that is measured.
    await person.page.goto("about:blank")
    return {"home": f"{person.origin}/", "dataset": dataset, "job": job}
