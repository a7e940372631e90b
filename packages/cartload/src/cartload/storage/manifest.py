"""``manifest.json``: what a folder holds. It is written last, so a folder that has one is whole."""

from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cartload.engine.chunks import Segment
from cartload.spec.model import Spec
from cartload.storage import atomic_file

NAME: Final = "manifest.json"

Format = Literal["parquet", "csv", "jsonl", "sql"]


class ManifestError(Exception):
    """A folder whose manifest is missing or unusable; the message names the folder and says what is wrong."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Model):
    """One file of a table."""

    table: str
    path: str = Field(description="Relative to the folder, with slashes.")
    first: int = Field(description="First block; first row for a table of the catalogue.")
    rows: int
    bytes: int
    sha256: str = Field(description="Of the file, in hex.")


class TableTotals(_Model):
    """What all parts of a table hold together."""

    rows: int
    hash: str = Field(description="Order-independent sum of row hashes, 32 hexadecimal digits.")


class Manifest(_Model):
    """A whole dataset in a folder."""

    engine: str = Field(description="Version of cartload.")
    vintage: int
    spec: Spec = Field(description="Resolved.")
    format: Format
    segments: tuple[Segment, ...]
    tables: dict[str, TableTotals]
    parts: tuple[Part, ...]


def read(folder: Path) -> Manifest:
    """The manifest of a folder. Raises :class:`ManifestError`."""
    try:
        text = (folder / NAME).read_bytes()
    except FileNotFoundError:
        raise ManifestError(f"{folder} has no {NAME}: no whole dataset is there") from None
    except OSError as error:
        raise ManifestError(f"{folder / NAME} cannot be read: {error.strerror}") from error
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ManifestError(f"{folder / NAME} cannot be used: {field}: {first['msg']}") from None


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, atomically; the last thing done to a folder. Raises OSError."""
    text = manifest.model_dump_json(indent=1)
    atomic_file.write(folder / NAME, text.encode() + b"\n")
