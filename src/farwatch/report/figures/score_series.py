"""How well tracks followed their targets over time: how many there were, and how far the picture was from the truth."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.report.figures.sheet import INK, LINE, SOFT, Sheet, heading, printing, sheet
from farwatch.report.wording import number, percent
from farwatch.track.evaluate import Score

SIZE_IN = (1600 / 150, 6.0)
MISSED, FALSE, NEAR = "#1f5a96", "#d9822b", "#74bfa8"
"""Parts of the distance, told apart in grey and by every common kind of colour blindness."""

_UPPER, _LOWER = (0.075, 0.56, 0.9, 0.27), (0.075, 0.1, 0.9, 0.36)


def draw(score: Score) -> Sheet:
    """Targets and tracks by time above, the distance and its parts below; PNG and SVG, with the series as data."""
    held = score.gospa
    with printing("score", SIZE_IN) as figure:
        told = (
            f"mean GOSPA {number(held.mean_m)} m, cutoff {number(score.options.cutoff_m)} m; "
            f"{percent(score.siap.completeness_share)} of the targets tracked; "
            f"{score.identity.switches} changes of track, {score.surveillance.false_tracks} false tracks"
        )
        heading(figure, "Tracks against truth", told, _UPPER[0], 130)
        _counts(figure.add_axes(_UPPER), score)
        _distance(figure.add_axes(_LOWER), score)
        header = ("time s", "missed", "false", "localisation m", "GOSPA m", "OSPA m", "switching m")
        columns = (
            held.time_s, held.missed, held.false_tracks, held.localisation_m, held.distance_m, held.ospa_m,
            held.switching_m,
        )  # fmt: skip
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return sheet(figure, "score", ("Tracks against truth", told), header, rows)


def _counts(axes: Any, score: Score) -> None:
    """How many targets had no track, and how many tracks no target."""
    held = score.gospa
    axes.step(held.time_s, held.missed, where="post", color=MISSED, linewidth=1.4, label="targets without a track")
    axes.step(held.time_s, held.false_tracks, where="post", color=FALSE, linewidth=1.4, linestyle=(0, (4, 2)),
              label="tracks without a target")  # fmt: skip
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("how many")
    axes.grid(color=LINE, linewidth=0.4)
    axes.tick_params(labelbottom=False)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, fontsize=8.5)


def _distance(axes: Any, score: Score) -> None:
    """GOSPA by time; the area is shared out by what each part adds to its power."""
    held, p = score.gospa, score.options.p
    half = 0.5 * score.options.cutoff_m**p
    parts = [held.localisation_m**p, half * held.missed, half * held.false_tracks]
    layers = _shared(parts, held.distance_m)
    names = ("localisation", "missed", "false")
    axes.stackplot(held.time_s, *layers, colors=(NEAR, MISSED, FALSE), labels=names, alpha=0.85, linewidth=0)
    axes.plot(held.time_s, held.distance_m, color=INK, linewidth=0.9, label="GOSPA")
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("GOSPA, m")
    axes.set_xlabel("time, s", color=SOFT)
    axes.grid(color=LINE, linewidth=0.4)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, fontsize=8.5)


def _shared(parts: list[NDArray[Any]], whole: NDArray[Any]) -> list[NDArray[Any]]:
    """A height shared out in proportion to some parts."""
    total = np.maximum(np.sum(parts, axis=0), 1e-300)
    return [whole * part / total for part in parts]
