"""Bodies of requests: read whole before a connection to a service is taken, within bounds on memory."""

from collections import Counter
from contextlib import AsyncExitStack

from starlette.requests import Request

from cartload_gateway.api.admission import RELEASE, Admitted
from cartload_kit.errors import PayloadTooLarge, TooManyRequests, Unavailable
from cartload_kit.metrics import LIMITS_REFUSED

SMALL_BYTES = 64 * 1024
"""What anybody may send; larger bodies are for signed-in users, and share a budget of memory."""

_MEBIBYTE = 1024 * 1024


class BodyReader:
    """Reads bodies. What is above 64 KiB counts against a budget, of which one user may have a quarter.

    A service's connection is held for milliseconds then, however slowly the client sends: rate and time of
    the body are bounded by the server's protocol, its size by the app.
    """

    def __init__(self, max_body: int) -> None:
        # One body of the largest size has to fit into a user's share, whatever the setting says.
        self._share = max(16 * _MEBIBYTE, max_body)
        self._total = 4 * self._share
        self._used = 0
        self._used_by: Counter[str] = Counter()

    async def read(self, request: Request, admitted: Admitted) -> bytes:
        """The body; empty when there is none. Its memory is counted until the answer is sent.

        Raises:
            PayloadTooLarge: it is not small, and nobody is signed in.
            TooManyRequests: the user has too many large bodies on the way.
            Unavailable: all users together have.
            ClientDisconnect: the client left before its end.
        """
        chunks = []
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            # Small bodies are not counted: the connections bound how many there are.
            if size > SMALL_BYTES:
                self._reserve(request, admitted, len(chunk))
            chunks.append(chunk)
        return b"".join(chunks)

    def _reserve(self, request: Request, admitted: Admitted, size: int) -> None:
        if admitted.caller is None:
            raise PayloadTooLarge(SMALL_BYTES)
        user = admitted.caller.user_id
        if self._used_by[user] + size > self._share:
            LIMITS_REFUSED.labels("user_body_bytes").inc()
            raise TooManyRequests(5, "Too much of what you send is on its way; wait until some has ended.")
        if self._used + size > self._total:
            LIMITS_REFUSED.labels("body_bytes").inc()
            raise Unavailable("Too much is being sent at the same time.", retry_after=5)
        self._used += size
        self._used_by[user] += size
        release: AsyncExitStack = request.scope[RELEASE]
        release.callback(self._give_back, user, size)

    def _give_back(self, user: str, size: int) -> None:
        self._used -= size
        self._used_by[user] -= size
        # A Counter keeps zeros, and users are without number.
        if not self._used_by[user]:
            del self._used_by[user]
