"""Azurite: Blob storage on this machine. It is stopped by SIGTERM only, since it saves every few seconds."""

import asyncio
from functools import partial
from pathlib import Path

from cartload_dev import node
from cartload_dev.ports import LOOPBACK
from cartload_dev.programs import Program, RunTask, http_ready

ACCOUNT = "cartload"


def connection_string(port: int, key: str) -> str:
    """Return how clients reach the account; `key` is base64."""
    endpoint = f"http://{LOOPBACK}:{port}/{ACCOUNT}"
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};BlobEndpoint={endpoint};"


def program(script: Path, home: Path, port: int, key: str) -> Program:
    """Return the Blob server as a program; it is ready when it answers anything."""
    options = ("--location", str(home), "--blobHost", LOOPBACK, "--blobPort", str(port), "--silent")
    return Program(
        name="azurite",
        command=(node.node(), str(script), *options, "--skipApiVersionCheck", "--disableTelemetry"),
        ready=partial(http_ready, port, "/", any_status=True),
        port=port,
        environment={"AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"},
        prepare=partial(_prepare, home),
        stop_seconds=30,
    )


async def _prepare(home: Path, _run_task: RunTask) -> None:
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
