"""Static files that have compressed copies beside them: the client gets the form that it prefers."""

import os
from collections.abc import Mapping
from mimetypes import guess_type
from stat import S_ISREG

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, PathLike, StaticFiles
from starlette.types import Scope

from cartload_gateway.domain.content_coding import preferred_coding

SUFFIXES: Mapping[str, str] = {"br": ".br", "gzip": ".gz"}
"""How the build of the UI names the copies, by content coding, the smallest first."""


class CompressedFiles(StaticFiles):
    """Serves `app.js.br` or `app.js.gz` as `app.js`, each a representation with an ETag of its own.

    A copy has no path of its own. Ranges are of the file as it is.
    """

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file and what is known of it; nothing for a compressed copy."""
        return ("", None) if path.endswith(tuple(SUFFIXES.values())) else super().lookup_path(path)

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file in the form that the request prefers, or the answer that the client has it already."""
        copies = _copies(full_path)
        if not copies:
            return super().file_response(full_path, stat_result, scope, status_code)
        request = Headers(scope=scope)
        coding = None
        if "range" not in request:
            coding = preferred_coding(request.getlist("accept-encoding"), tuple(copies))
        if coding is None:
            response = super().file_response(full_path, stat_result, scope, status_code)
        else:
            response = _compressed(full_path, coding, copies[coding], status_code)
            if self.is_not_modified(response.headers, request):
                response = NotModifiedResponse(response.headers)
        response.headers["Vary"] = "Accept-Encoding"
        return response


def _copies(path: PathLike) -> Mapping[str, os.stat_result]:
    found = {}
    for coding, suffix in SUFFIXES.items():
        try:
            state = os.stat(f"{path}{suffix}")
        except FileNotFoundError:
            continue
        if S_ISREG(state.st_mode):
            found[coding] = state
    return found


def _compressed(path: PathLike, coding: str, state: os.stat_result, status_code: int) -> FileResponse:
    response = FileResponse(
        f"{path}{SUFFIXES[coding]}",
        status_code,
        headers={"Content-Encoding": coding, "Accept-Ranges": "none"},
        media_type=guess_type(path)[0],
        stat_result=state,
    )
    # Starlette's tag is of time and size, which two forms of one file could share.
    response.headers["ETag"] = f'{response.headers["ETag"].removesuffix('"')}-{coding}"'
    return response
