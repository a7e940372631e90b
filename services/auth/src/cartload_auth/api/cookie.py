"""The refresh cookie: out of reach of scripts, sent to /api/auth only, never across sites."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from cartload_auth.api.web import is_https, is_same_origin
from cartload_kit.errors import Forbidden

NAME = "cartload_refresh"
PATH = "/api/auth"


class RefreshCookie:
    """Sets, reads and clears the cookie. `secure`: always mark it Secure; else when the browser has https."""

    def __init__(self, *, secure: bool, origins: tuple[str, ...]) -> None:
        self._secure = secure
        self._origins = origins

    def read(self, request: Request) -> str | None:
        """The refresh token in the cookie, if there is one.

        Raises:
            Forbidden: another site's page sent it.
        """
        token = request.cookies.get(NAME)
        if token:
            self.require_own_page(request)
        return token or None

    def require_own_page(self, request: Request) -> None:
        """Raise Forbidden when another site's page made the request."""
        if not is_same_origin(request, self._origins):
            raise Forbidden("This request came from a page of another site.")

    def set(
        self, request: Request, response: Response, token: str, expires_at: datetime, now: datetime
    ) -> None:
        """Put the token into the browser until it ends."""
        response.set_cookie(
            NAME,
            token,
            max_age=max(0, round((expires_at - now).total_seconds())),
            path=PATH,
            secure=self._secure or is_https(request),
            httponly=True,
            samesite="strict",
        )

    def clear(self, request: Request, response: Response) -> None:
        """Take the token out of the browser."""
        secure = self._secure or is_https(request)
        response.delete_cookie(NAME, path=PATH, secure=secure, httponly=True, samesite="strict")
