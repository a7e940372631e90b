"""Where aiohttp's clients get their connections: through the proxy or direct, by `cartload_kit.proxy`."""

import ssl
from typing import Any

import aiohttp
import aiohttp_socks
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from cartload_kit.describe_error import describe_error
from cartload_kit.proxy import Proxy

_PROXY_ERRORS = (
    aiohttp_socks.ProxyConnectionError,
    aiohttp_socks.ProxyTimeoutError,
    aiohttp_socks.ProxyError,
    # Not wrapped by the library: what a proxy that breaks off in the middle of its greeting causes.
    EOFError,
    OSError,
)


def connector(proxy: Proxy | None, **options: Any) -> aiohttp.TCPConnector:
    """Return a connector for a `ClientSession`; `options` are those of `aiohttp.TCPConnector`."""
    return aiohttp.TCPConnector(**options) if proxy is None else _ProxyConnector(proxy, **options)


class _ProxyConnector(aiohttp_socks.ProxyConnector):
    """Connects through a SOCKS5 proxy, and to the hosts of its bypass directly.

    Each of the two ways has a pool of the given size. A proxy that is away or refuses is told as aiohttp
    tells of a server that is away, so that callers handle both alike.
    """

    def __init__(self, proxy: Proxy, **options: Any) -> None:
        super().__init__(
            proxy.host,
            proxy.port,
            username=proxy.user,
            password=proxy.password,
            rdns=proxy.remote_names,
            **options,
        )
        self._proxy = proxy
        self._direct = aiohttp.TCPConnector(**options)

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own
    ) -> Connection:
        if self._proxy.goes_direct(req.url.host or ""):
            return await self._direct.connect(req, traces, timeout)
        try:
            return await super().connect(req, traces, timeout)
        except (aiohttp.ClientError, TimeoutError):
            raise
        except _PROXY_ERRORS as error:
            # From the reason: an error of the system without a number counts as one that may be over later.
            reason = self._reason(error)
            raise aiohttp.ClientConnectorError(req.connection_key, reason) from reason

    async def close(self, *, abort_ssl: bool = False) -> None:
        await self._direct.close(abort_ssl=abort_ssl)
        await super().close(abort_ssl=abort_ssl)

    def _reason(self, error: Exception) -> OSError:
        """Return what went wrong on the way, as the system would tell it."""
        proxy = f"the SOCKS5 proxy {self._proxy.server}"
        match error:
            case ssl.SSLError():
                return error  # of the server behind the proxy
            case aiohttp_socks.ProxyTimeoutError():
                return OSError(f"{proxy} opened no connection in time")
            case aiohttp_socks.ProxyError(error_code=int()):
                return OSError(f"{proxy} says: {str(error).lower()}")
            case aiohttp_socks.ProxyError():
                return OSError(f"{proxy} refuses: {str(error).lower()}; check CARTLOAD_PROXY_URL")
            case aiohttp_socks.ProxyConnectionError():
                return OSError(f"{proxy} cannot be reached: {_root(error)}; check CARTLOAD_PROXY_URL")
            case OSError():
                return OSError(f"{proxy}: {describe_error(error)}")
            case _:
                return OSError(f"{proxy} closed the connection before it answered")


def _root(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return describe_error(error)
