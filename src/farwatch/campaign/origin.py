"""Where the plan of a campaign folder lies, so that it can be gone on with by the folder's name alone.

Kept beside the results and no part of them: the place is relative to the folder, so both can be moved together.
"""

import os
from pathlib import Path

from farwatch.campaign.files import whole_json, write_json
from farwatch.errors import StoreError

ORIGIN = "origin.json"


def note(folder: Path, plan: Path) -> None:
    """Note where the plan of a folder lies."""
    start, there = folder.resolve(), plan.resolve()
    try:
        place = Path(os.path.relpath(there, start)).as_posix()
    except ValueError:  # on another drive
        place = there.as_posix()
    write_json(folder / ORIGIN, {"plan": place})


def plan_of(folder: Path) -> Path:
    """The plan that was noted; StoreError when there is none, or it is not there any more."""
    hint = f"go on with `farwatch campaign run PLAN.yaml --out {folder}`"
    if not (folder / ORIGIN).exists():
        raise StoreError(f"{folder} does not say which plan it is of; {hint}")
    place = whole_json(folder / ORIGIN).get("plan")
    plan = Path(os.path.normpath(folder.resolve() / str(place)))
    if not plan.is_file():
        raise StoreError(f"the plan of {folder} is not at {plan} any more; {hint}")
    return plan
