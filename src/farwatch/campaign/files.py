"""Small files of a campaign folder: whole or absent under their own name, and nobody else's among them."""

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from farwatch.errors import StoreError

PARTIAL = ".partial"
"""Ending of the name that a file has until it is whole."""

GUESTS = ("origin.json", "report", "answers")
"""Beginnings of names that may lie beside the data: where the plan is, and what was made of the results."""


def write_whole(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Write a file by `fill`, whole or not at all; StoreError when the disk does not take it."""
    unfinished = path.with_name(path.name + PARTIAL)
    try:
        with unfinished.open("wb") as file:
            fill(file)
        unfinished.replace(path)
    except OSError as error:
        raise StoreError(f"{path} could not be written: {error.strerror or error}") from error


def write_json(path: Path, value: Any) -> None:
    """Write plain values as JSON, whole or not at all."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))


def whole_json(path: Path) -> dict[str, Any]:
    """A JSON object from its file; StoreError names a file that is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise StoreError(f"{path} is not what was written there")
    return found


def unreadable(folder: str | Path, what: str, error: Exception) -> StoreError:
    """The error of a manifest that is JSON, but lacks what this version needs of `what`, a run or a campaign."""
    told = f"no {error}" if isinstance(error, KeyError) else str(error).partition("\n")[0]
    return StoreError(f"{folder} holds no {what} that this version can read; manifest.json: {told}")


def tidy(folder: Path, inside: Sequence[str]) -> None:
    """Take away files that a process left unfinished, in `folder` and the named folders inside it."""
    for place in (folder, *(folder / name for name in inside)):
        for path in place.glob(f"*{PARTIAL}"):
            path.unlink(missing_ok=True)


def refuse_strangers(folder: Path, known: Collection[str], inside: Sequence[str]) -> None:
    """StoreError with every file in `folder`, or in those named inside it, that is not `known` by relative name."""
    try:
        strange = [
            name
            for name in _names(folder, inside)
            if name not in known and not name.endswith(PARTIAL) and not name.startswith(GUESTS)
        ]
    except OSError as error:
        raise StoreError(f"{folder} cannot be read: {error}") from error
    if strange:
        listed = ", ".join(strange[:5]) + (f" and {len(strange) - 5} more" if len(strange) > 5 else "")
        raise StoreError(f"{folder} holds what does not belong to this campaign: {listed}; take it away, or go on in "
                         "another folder")  # fmt: skip


def _names(folder: Path, inside: Sequence[str]) -> list[str]:
    """Names of everything there, relative to the folder."""
    found = [path.name for path in folder.iterdir() if path.name not in inside]
    for name in inside:
        if (folder / name).is_dir():
            found += [f"{name}/{path.name}" for path in (folder / name).iterdir()]
    return sorted(found)
