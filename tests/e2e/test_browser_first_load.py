"""What a browser fetches before it shows the first page."""

import gzip

from playwright.async_api import Response

from support.browser import Person

MOST_BYTES = 180 * 1024
"""Of JavaScript, compressed by gzip."""


async def test_the_scripts_up_to_the_first_page_are_small(visitor: Person) -> None:
    scripts: list[Response] = []
    visitor.page.on(
        "response",
        lambda response: scripts.append(response) if response.request.resource_type == "script" else None,
    )
    await visitor.sign_up()
    await visitor.sees("What is in it")
    assert {
        script.headers.get("content-encoding") for script in scripts if len(await script.body()) > 1024
    } == {"br"}
    sizes = {script.url: len(gzip.compress(await script.body())) for script in scripts}
    assert 0 < sum(sizes.values()) <= MOST_BYTES, sizes
