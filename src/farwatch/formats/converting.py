"""A file of one form turned into a file of another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats import forms
from farwatch.formats.choosing import counted, only, words_of
from farwatch.formats.scene import Scene
from farwatch.track.files import read_plots
from farwatch.track.sensors import read_sensors

TABLE, PLOTS, ASTERIX, SITES = "table", "plots", "asterix", "sites"

FLIES = ("targets", "tracks", "rounds")
"""Parts that move; without them a table is of plots, if there are any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a conversion was asked for beyond its two files.

    read_as, write_as: forms by name; what: parts of the scene; columns: file that tells what columns of a table mean;
    sensors: files of sensors, where the source is a table of plots; epoch: date of time 0 of a source without one.
    """

    read_as: str | None = None
    write_as: str | None = None
    what: tuple[str, ...] = ()
    columns: Path | None = None
    sensors: tuple[Path, ...] = ()
    epoch: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: the files, the form, how much of each part of the scene it has no room for."""

    paths: list[Path]
    form: str = TABLE
    left: Mapping[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """What to tell a user, a line each."""
        left = ", ".join(f"{count:,} {word if count > 1 else word[:-1]}" for word, count in self.left.items())
        opens = forms.FORMS[self.form].opens
        told = [f"wrote {path}" for path in self.paths]
        told[0] += f" (for {opens})" if opens else ""
        return [f"left out, for which {self.form} has no room: {left}"] * bool(left) + told


def convert_file(source: Path, out: Path, wish: Wish) -> tuple[Scene | None, Written]:
    """Convert a file; the scene that was written, None of a table of outcomes, and what holds it now.

    Raises InputError for whatever cannot be read, chosen or written; then nothing was written.
    """
    words_of(wish.what)  # refused before the work, not after
    _refuse_files(source, out)
    if wish.read_as is None and _holds_outcomes(source):
        if wish.what or wish.epoch or wish.columns or wish.sensors:
            rule = "is a table of a run, which has no scene: --what, --epoch, --map and --sensor do not fit"
            raise InputError(str(source), [Problem("file", "", rule, "leave them out")])
        import_module("farwatch.formats.outcome_tables").convert_table(source, out)
        return None, Written(paths=[out])
    forms.writer(form_of(out, wish.write_as))
    scene = only(dated(_read(source, wish), wish.epoch), wish.what)
    return scene, write(scene, out, wish.write_as)


def form_of(out: Path, form: str | None) -> str:
    """The form a file is to be written in, by its name or by its suffix. InputError where none is told."""
    return forms.write_form(out) if form is None else forms.named(form, "--to", reading=False)


def _refuse_files(source: Path, out: Path) -> None:
    """InputError where the source is no file, or is the file to be written."""
    if not source.is_file():
        near = get_close_matches(source.name, _names_in(source.parent), n=1)
        rule = "is a folder; name a file" if source.is_dir() else "does not exist"
        hint = f"nearest: {source.parent / near[0]}" if near and not source.is_dir() else ""
        raise InputError(str(source), [Problem("file", "", rule, hint)])
    if out.exists() and out.samefile(source):
        raise InputError(str(out), [Problem("file", "", "is the source itself", "name another file to write")])


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []


def dated(scene: Scene, epoch: datetime | None) -> Scene:
    """A scene whose time 0 has the date that the user gave; InputError where it had one of its own."""
    if epoch is None:
        return scene
    if scene.epoch is not None:
        rule = f"is for sources without a date; this one has {scene.epoch:%Y-%m-%d %H:%M:%S} UTC"
        raise InputError(scene.source, [Problem("--epoch", f"{epoch:%Y-%m-%d %H:%M:%S}", rule)])
    return replace(scene, epoch=epoch)


def write(scene: Scene, out: Path, form: str | None = None) -> Written:
    """Write a scene by form or suffix; plots without anything that flies become a table of plots.

    InputError where the form has room for nothing of the scene but where its plots were made, and as its writer;
    StoreError where it cannot write.
    """
    name, has = form_of(out, form), counted(scene)
    if name == TABLE and PLOTS in has and not any(word in has for word in FLIES):
        name = PLOTS
    held = feed_of(scene).what if name == ASTERIX else forms.FORMS[name].holds
    if not any(word in held and not (word == SITES and PLOTS in has) for word in has):
        raise _nothing_held(scene, out, name, has)
    left = {word: count for word, count in has.items() if word not in held}
    writer = forms.writer(name)
    if name == ASTERIX:
        writer(out, scene, feed_of(scene))
    else:
        writer(out, scene)
    paths = [out, import_module("farwatch.formats.plot_table").sensors_beside(out)] if name == PLOTS else [out]
    return Written(paths=paths, form=name, left=left)


def feed_of(scene: Scene, simulated: bool = False) -> Any:
    """What of a scene goes out as ASTERIX: plots and tracks where there are any, else the targets themselves."""
    from farwatch.formats.asterix_writing import PLOTS, TARGETS, TRACKS, Feed

    there = [word for word in (PLOTS, TRACKS) if word in counted(scene)]
    return Feed(what=tuple(there or [TARGETS]), simulated=simulated)


def _nothing_held(scene: Scene, out: Path, form: str, has: Mapping[str, int]) -> InputError:
    """The error for a scene of which a form can hold nothing."""
    said = ", ".join(f"{count:,} {word if count > 1 else word[:-1]}" for word, count in has.items())
    if not said:
        return InputError(scene.source, [Problem("content", "", "holds nothing that could be written", _why(scene))])
    hint = f"holds {' '.join(forms.FORMS[form].holds)}"
    if PLOTS in has:
        hint = "plots go to .csv, .parquet or .ast; `farwatch track` makes tracks of them, which go to any form"
    return InputError(str(out), [Problem("form", form, f"has no room for what {scene.source} holds ({said})", hint)])


def _why(scene: Scene) -> str:
    """What a reader left out, as a hint."""
    told = [f"{words}: {count:,}" for words, count in scene.counts.items()]
    return "; ".join([*told, *scene.notes])


def _holds_outcomes(source: Path) -> bool:
    """Whether a file is a table of a run or of a campaign, by its suffix and its columns."""
    from farwatch.errors import StoreError
    from farwatch.outcomes.columns import SPECS
    from farwatch.outcomes.parquet import columns_of

    if source.suffix.lower() not in {".parquet", ".pq"}:
        return False
    try:
        named = set(columns_of([source]))
    except StoreError:
        return False
    return any(source.stem == name and named >= {c.name for c in spec[:3]} for name, spec in SPECS.items()) or (
        {"point", "trial"} <= named
    )


def _read(source: Path, wish: Wish) -> Scene:
    if wish.columns is not None:
        mapped: Scene = import_module("farwatch.formats.mapped").read(source, wish.columns)
        return mapped
    if not wish.sensors:
        return forms.read(source, wish.read_as)
    sensors = tuple(one for path in wish.sensors for one in read_sensors(path))
    table = read_plots([source], sensors)
    counts = {"rows read": table.rows} | ({"rows left out": len(table.bad)} if table.bad else {})
    return Scene(
        source=str(source), plots=np.asarray(table.plots), sensors=sensors, counts=counts, notes=table.notes
    )
