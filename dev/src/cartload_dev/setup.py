"""Install what is missing, side by side: the servers into the shared cache, the UI's packages and build."""

from collections.abc import Callable, Mapping

from cartload_dev import requirements
from cartload_dev.cache import Cache
from cartload_dev.downloads import Download, downloads
from cartload_dev.frontend import Frontend
from cartload_dev.progress import Line, side_by_side


def install(environ: Mapping[str, str], line: Line) -> None:
    """Install what is missing, and say what; says nothing when all is there.

    Raises LauncherError with one line for each requirement that the machine does not meet, or when a download
    fails.
    """
    requirements.check(environ)
    steps = missing(environ)
    if steps:
        line.log(f"Installing: {', '.join(steps)}")
        side_by_side(steps, line)


def missing(environ: Mapping[str, str]) -> dict[str, Callable[[], object]]:
    """Return what has to be done, by title."""
    cache, frontend = Cache.of(environ), Frontend.of(environ)
    servers = downloads(environ) if requirements.engine(environ) == "native" else []
    wanted = [each for each in servers if cache.find(each.name) is None]
    steps: dict[str, Callable[[], object]] = {each.title: _into(cache, each) for each in wanted}
    if not (frontend.is_installed() and frontend.is_built()):
        steps["the UI"] = lambda: _make(frontend)
    return steps


def _into(cache: Cache, download: Download) -> Callable[[], object]:
    return lambda: cache.install(download.name, download.build)


def _make(frontend: Frontend) -> None:
    if not frontend.is_installed():
        frontend.install()
    frontend.build()
