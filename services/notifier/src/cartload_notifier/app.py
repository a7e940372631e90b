"""The application: one WebSocket, and health and metrics beside it."""

from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from cartload_kit.http import create_app
from cartload_kit.http.app import Lifespan
from cartload_notifier.api import limits
from cartload_notifier.api.websocket_endpoint import WebSocketEndpoint


async def jobs(websocket: WebSocket) -> None:
    """Tell a user of every change of the user's jobs."""
    endpoint: WebSocketEndpoint = websocket.app.state.endpoint
    await endpoint.serve(websocket)


def build(lifespan: Lifespan | None = None) -> FastAPI:
    """The app; without a lifespan it serves only to be described."""
    app = create_app(
        "notifier",
        lifespan=lifespan,
        title="Cartload notifier",
        description="Job events over the WebSocket /ws/jobs.",
        checks={},
        max_body=0,
    )
    app.include_router(limits.internal)
    # Starlette's plain route: FastAPI's keeps stacks for dependencies, of which there are none here, for as
    # long as the connection lives: 9 KiB for each of thousands.
    app.router.routes.append(WebSocketRoute("/ws/jobs", jobs))
    return app
