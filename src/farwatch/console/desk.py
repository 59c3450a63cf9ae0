"""What every address works with: the folder, its jobs, and the processes that work things out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import Depends, HTTPException, Request
from pydantic import BaseModel, Field

from farwatch.console.kept import Kept
from farwatch.console.shelf import Shelf, Stored
from farwatch.console.work import Job, Jobs
from farwatch.console.worker import Worker

STATIC = Path(__file__).parent / "static"

FILES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


class Page(Exception):  # noqa: N818 - no error: a browser asks for a page where a program asks for JSON
    """The page of the console, whatever the address."""


def wants_page(request: Request) -> bool:
    """Whether a browser asks, for something to read, and no program."""
    return "text/html" in request.headers.get("accept", "")


async def _page(request: Request) -> None:
    if wants_page(request):
        raise Page


PAGE = [Depends(_page)]
"""Of an address that is a page as well: a browser gets the page, which then asks for the JSON."""


class Trouble(BaseModel):
    """One thing that is wrong with what was asked."""

    where: str
    value: str
    rule: str
    hint: str
    line: int | None
    column: int | None


class Refusal(BaseModel):
    """Why something was not done."""

    error: str
    problems: list[Trouble] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Desk:
    """The folder, its jobs, and four processes, of which none waits for another, each started when first asked.

    reader: for what takes a moment; player: trials, and what their defence can see; surveyor: the ground, and drafts;
    drawer: figures.
    """

    shelf: Shelf
    jobs: Jobs
    reader: Worker = field(default_factory=lambda: Worker(kept=32))
    player: Worker = field(default_factory=lambda: Worker(kept=8, nice=3))
    surveyor: Worker = field(default_factory=lambda: Worker(kept=8, nice=2))
    drawer: Worker = field(default_factory=lambda: Worker(kept=24, nice=3))
    leaving: Callable[[], bool] = bool
    """Whether the server is about to stop, and streams should end."""

    @property
    def home(self) -> Path:
        """The folder."""
        return self.shelf.home

    @property
    def kept(self) -> Kept:
        """Slow answers that were given before."""
        return Kept(self.shelf.home)

    def stored(self, name: str, *, run: bool) -> Stored:
        """A run, or a campaign, by name; 404 where there is none."""
        found = self.shelf.stored(name)
        if found is None or found.is_run is not run:
            raise HTTPException(404, f"there is no {'run' if run else 'campaign'} {name!r} in this folder")
        return found

    def free_name(self, name: str) -> str:
        """A name like this one that nothing has."""
        tries = (f"{name[:70]}-{number}" for number in range(2, 10_000))
        return next(one for one in tries if self.shelf.place(one) is not None and not (self.home / one).exists())

    def close(self) -> None:
        """Stop everything, as the server stops."""
        self.jobs.close()
        self.reader.close()
        self.player.close()
        self.surveyor.close()
        self.drawer.close()


def job_line(job: Job | None) -> dict[str, Any] | None:
    """A job as JSON."""
    return None if job is None else {"name": job.name, "state": job.state, "said": job.said}


def inside(folder: Path, name: str) -> Path:
    """A file of a folder by name; 404 where it is not there, or a link leads out of the folder."""
    path = folder / name
    if not path.is_file() or path.resolve().parent != folder.resolve():
        raise HTTPException(404, f"{folder.name} has no {name}")
    return path
