"""A printed sheet: a picture that stands alone, on white paper, as PNG and SVG, with labels that do not collide.

Unlike `canvas`, whose drawings follow the page they stand in, a sheet carries its own title, legend and credits. The
same drawing gives the same bytes on the same machine.
"""

import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from farwatch.report.figures.canvas import STYLE

INK, SOFT, LINE, PAPER = "#1c1c1c", "#4d4d4d", "#9a9a9a", "#ffffff"
DOTS_PER_INCH = 150

_STYLE = STYLE | {
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "grid.color": LINE,
    "axes.spines.top": True,
    "axes.spines.right": True,
    "hatch.linewidth": 0.5,
    "hatch.color": LINE,
}

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A finished picture: its bytes, its words for who cannot see it, its data for who wants numbers."""

    name: str
    title: str
    words: str
    png: bytes
    svg: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@contextmanager
def printing(name: str, size_in: tuple[float, float]) -> Iterator[Any]:
    """A matplotlib figure of some width and height on white paper, without the library's global state."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=size_in, dpi=DOTS_PER_INCH)
        FigureCanvasAgg(figure)
        yield figure


def sheet(figure: Any, name: str, words: tuple[str, str], header: Sequence[str], rows: Iterable[Any]) -> Sheet:
    """A drawing as PNG and SVG; `words` are its title and what it shows. Call it inside the `printing` block."""
    raster, vector = io.BytesIO(), io.StringIO()
    figure.savefig(raster, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})
    return Sheet(
        name=name,
        title=words[0],
        words=words[1],
        png=raster.getvalue(),
        svg=vector.getvalue(),
        header=tuple(header),
        rows=tuple(map(tuple, rows)),
    )


def heading(figure: Any, title: str, subtitle: str, left_fraction: float, width: int) -> None:
    """Title and subtitle at the top left, at `left_fraction` of the width; the subtitle wraps at `width` letters."""
    inch = 1.0 / figure.get_figheight()
    figure.text(left_fraction, 1.0 - 0.2 * inch, title, fontsize=14.0, weight="bold", va="top")
    told = "\n".join(textwrap.wrap(subtitle, width)[:2])
    figure.text(left_fraction, 1.0 - 0.52 * inch, told, fontsize=9.5, color=SOFT, va="top", linespacing=1.35)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Places words on some axes, each at the first of its offsets where it covers nothing written before.

    A word that fits nowhere is left out where it may be, and otherwise written at its first place, pushed inside.
    """

    axes: Any
    taken: list[Rectangle] = field(default_factory=list)

    def reserve(self, artist: Any) -> None:
        """Keep the words off something drawn."""
        box = artist.get_window_extent(self.axes.figure.canvas.get_renderer())
        self.taken.append((box.x0 - 2.0, box.y0 - 2.0, box.x1 + 2.0, box.y1 + 2.0))

    def point(self, place: tuple[float, float], reach_px: float) -> None:
        """Keep the words off a marker at a place in data coordinates."""
        x, y = self.axes.transData.transform(place)
        self.taken.append((x - reach_px, y - reach_px, x + reach_px, y + reach_px))

    def write(self, text: str, tries: Iterable[tuple[float, float]], *, must: bool = True, **look: Any) -> bool:
        """Write a text centred at the first free of some places in data coordinates; whether it was written."""
        places = list(tries)
        artist = self.axes.text(*places[0], text, ha="center", va="center", clip_on=True, zorder=9, **look)
        artist.set_bbox({"boxstyle": "round,pad=0.18", "facecolor": PAPER, "alpha": 0.82, "linewidth": 0})
        for place in places:
            artist.set_position(place)
            if self._free(self._box(artist)):
                self.taken.append(self._box(artist))
                return True
        if not must:
            artist.remove()
            return False
        artist.set_position(self._pushed_inside(artist, places[0]))
        self.taken.append(self._box(artist))
        return True

    def beside(
        self, text: str, place: tuple[float, float], gap_px: float, *, diagonal: bool = False, **look: Any
    ) -> None:
        """Write a text beside a marker, then farther out: right of it, left, aslant, above, below; or aslant first."""
        artist = self.axes.text(*place, text, ha="center", va="center", alpha=0.0, **look)
        box = self._box(artist)
        artist.remove()
        wide, tall = 0.5 * (box[2] - box[0]), 0.5 * (box[3] - box[1])
        x, y = self.axes.transData.transform(place)
        back = self.axes.transData.inverted().transform
        ways = [(1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1)]
        ways = ways[2:] + ways[:2] if diagonal else ways
        tries = []
        for farther in (1.0, 2.0, 3.5):
            for east, north in ways:
                at = back((x + east * (wide + gap_px * farther), y + north * (tall + gap_px * farther)))
                tries.append((float(at[0]), float(at[1])))
        self.write(text, tries, **look)

    def _pushed_inside(self, artist: Any, place: tuple[float, float]) -> tuple[float, float]:
        """A place moved so that a text there ends inside the frame."""
        artist.set_position(place)
        box, frame = self._box(artist), self.axes.get_window_extent()
        x, y = self.axes.transData.transform(place)
        x += max(frame.x0 + 4.0 - box[0], 0.0) + min(frame.x1 - 4.0 - box[2], 0.0)
        y += max(frame.y0 + 4.0 - box[1], 0.0) + min(frame.y1 - 4.0 - box[3], 0.0)
        moved = self.axes.transData.inverted().transform((x, y))
        return float(moved[0]), float(moved[1])

    def _box(self, artist: Any) -> Rectangle:
        box = artist.get_window_extent(self.axes.figure.canvas.get_renderer())
        return float(box.x0), float(box.y0), float(box.x1), float(box.y1)

    def _free(self, box: Rectangle) -> bool:
        frame = self.axes.get_window_extent()
        inside = box[0] > frame.x0 + 3 and box[1] > frame.y0 + 3 and box[2] < frame.x1 - 3 and box[3] < frame.y1 - 3
        return inside and not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in self.taken
        )
