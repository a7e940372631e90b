"""The built UI: files as they are, and its one page for every other path."""

from pathlib import Path
from posixpath import normpath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cartload_gateway.api.compressed_files import CompressedFiles
from cartload_kit.errors import NotFound

_PAGE = "index.html"
_ASSETS = "assets/"
_FOREVER = "public, max-age=31536000, immutable"


class UserInterface:
    """Serves the folder that the UI was built into. Its assets carry their hash in the name."""

    def __init__(self, folder: Path | None) -> None:
        self._files = None if folder is None else CompressedFiles(directory=folder)

    async def answer(self, request: Request) -> Response:
        """The file of that path, else the page, whose router knows the rest.

        Raises:
            NotFound: there is no UI, no asset of that name, or the client wants no page.
        """
        if self._files is None:
            raise NotFound("This gateway was started without a user interface.")
        # Without `..`, so that the page cannot be had, and kept for ever, by a path through the assets.
        path = normpath(request.scope["path"]).lstrip("/") or _PAGE
        try:
            response = await self._files.get_response(path, request.scope)
        except HTTPException as error:
            # A missing asset is an error: a page in its place would be run as a script, and cached for ever.
            if error.status_code != 404 or path.startswith(_ASSETS):
                raise
            if not _takes_a_page(request):
                raise NotFound(f"There is nothing at {request.scope['path']}.") from error
            response = await self._files.get_response(_PAGE, request.scope)
        response.headers["Cache-Control"] = _FOREVER if path.startswith(_ASSETS) else "no-cache"
        return response


def is_navigation(request: Request) -> bool:
    """Whether a browser asks for a page to show, rather than a script for data."""
    # Browsers since 2023 say it themselves, but only to https and localhost: else Accept has to do.
    mode = request.headers.get("sec-fetch-mode")
    if mode is not None:
        return mode == "navigate"
    return "text/html" in request.headers.get("accept", "")


def _takes_a_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "*/*")
    return any(kind in accepted for kind in ("text/html", "text/*", "*/*"))
