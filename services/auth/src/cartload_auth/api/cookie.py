"""The refresh cookie: out of reach of scripts, sent to /api/auth only, never across sites."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from cartload_kit.errors import Forbidden
from cartload_kit.http.origin import is_own_origin

NAME = "cartload_refresh"
PATH = "/api/auth"


class RefreshCookie:
    """Sets, reads and clears the cookie.

    With `always_secure` it is marked Secure whatever the request; else when the browser has https. `origins`
    are the public ones, in lower case; none means that of the request itself.
    """

    def __init__(self, *, always_secure: bool, origins: tuple[str, ...]) -> None:
        self._always_secure = always_secure
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
        if not is_own_origin(request.headers, self._origins):
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
            secure=self._is_secure(request),
            httponly=True,
            samesite="strict",
        )

    def clear(self, request: Request, response: Response) -> None:
        """Take the token out of the browser."""
        secure = self._is_secure(request)
        response.delete_cookie(NAME, path=PATH, secure=secure, httponly=True, samesite="strict")

    def _is_secure(self, request: Request) -> bool:
        """Whether the browser has https, by what the gateway says or, in front of it, by the origin.

        A proxy that ends TLS speaks http with the gateway, which then says http. So the page's own origin
        counts too, and the public origins where all of them are https.
        """
        if (
            self._always_secure
            or request.headers.get("x-forwarded-proto", request.scope["scheme"]).lower() == "https"
        ):
            return True
        origin = request.headers.get("origin", "").lower()
        if origin in self._origins:
            return origin.startswith("https://")
        return bool(self._origins) and all(one.startswith("https://") for one in self._origins)
