"""What `farwatch convert` and `farwatch replay` print: what a scene holds, and what was left out of it."""

from collections import Counter

import numpy as np
from rich.console import Console
from rich.text import Text

from farwatch.formats.scene import ASSET, BATTERY, KINDS, RADAR, Scene
from farwatch.report.wording import number, plural

PLURALS = {"battery": "batteries"}


def show(console: Console, scene: Scene) -> None:
    """Print a scene's things by kind, its plots, its time, and whatever a reader of it counted or remarked."""
    console.print(Text(f"{scene.source}: {contents(scene)}", style="bold"), soft_wrap=True)
    span = _span(scene)
    if span:
        console.print(Text(f"  {span}"), soft_wrap=True)
    for words, count in scene.counts.items():
        console.print(Text(f"  {words}: {count:,}"), soft_wrap=True)
    for note in scene.notes:
        console.print(Text(f"  note: {note}", style="dim"), soft_wrap=True)


def contents(scene: Scene) -> str:
    """What a scene holds, in one line."""
    kinds = Counter(thing.kind for thing in scene.things)
    said = [plural(kinds[kind], kind, PLURALS.get(kind, f"{kind}s")) for kind in KINDS if kinds[kind]]
    if scene.moves.size:
        said.append(_many(scene.moves.size, "position"))
    if scene.plots.size:
        said.append(f"{_many(scene.plots.size, 'plot')} of {plural(len(scene.sensors), 'radar')}")
    if scene.happenings:
        said.append(_many(len(scene.happenings), "event"))
    return ", ".join(said) or "nothing"


def _many(amount: int, one: str) -> str:
    return f"{amount:,} {one}" + "s" * (amount != 1)


def _span(scene: Scene) -> str:
    sites = [i for i, thing in enumerate(scene.things) if thing.kind in {BATTERY, RADAR, ASSET}]
    flown = scene.moves[~np.isin(scene.moves["thing"], sites)]
    times = [rows["time_s"] for rows in (flown, scene.plots) if rows.size]
    if not times:
        return ""
    first, last = min(float(t.min()) for t in times), max(float(t.max()) for t in times)
    length = _length(last - first)
    if scene.epoch is None:
        return f"{length}, from {first:,.1f} s to {last:,.1f} s; no date"
    return f"{length}, from {scene.when(first):%Y-%m-%d %H:%M:%S} to {scene.when(last):%Y-%m-%d %H:%M:%S} UTC"


def _length(span_s: float) -> str:
    if span_s < 120.0:
        return f"{number(span_s)} s"
    return f"{number(span_s / 60.0)} min" if span_s < 7200.0 else f"{number(span_s / 3600.0)} h"
