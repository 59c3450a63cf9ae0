"""What every figure shares: paper, ink, and how a drawing becomes SVG that follows the page's light or dark theme.

Colours are drawn as stand-ins and replaced in the SVG by the variables of `style.css`, so one drawing serves both
themes. Text stays text. The same drawing gives the same bytes.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

INK, SOFT, LINE, PAPER = "#f1a101", "#f1a102", "#f1a103", "#f1a104"
BLUE, RED, GREEN, AMBER, SKY, PINK, GREY = (
    "#f1a105",
    "#f1a106",
    "#f1a107",
    "#f1a108",
    "#f1a109",
    "#f1a10a",
    "#f1a10b",
)
VARIABLES = {
    INK: "ink",
    SOFT: "soft",
    LINE: "line",
    PAPER: "paper",
    BLUE: "blue",
    RED: "red",
    GREEN: "green",
    AMBER: "amber",
    SKY: "sky",
    PINK: "pink",
    GREY: "grey",
}
"""Stand-in colour -> name of the page's variable. The set is told apart in all common kinds of colour blindness."""

WIDTH_IN = 9.4
"""Width of a full-width figure: the page's column at its usual size."""

STYLE = {
    "svg.fonttype": "none",
    "svg.image_inline": True,
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": INK,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.linewidth": 1.6,
    "text.parse_math": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A finished figure: SVG to stand in the page, its words for who cannot see it, its data for who wants numbers."""

    name: str
    title: str
    words: str
    svg: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@contextmanager
def drawing(name: str, size_in: tuple[float, float]) -> Iterator[Any]:
    """A matplotlib figure of some width and height, in the house style, without the library's global state."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({**STYLE, "svg.hashsalt": name}):
        yield Figure(figsize=size_in, layout="constrained")


def picture(figure: Any, name: str, words: tuple[str, str], header: Sequence[str], rows: Iterable[Any]) -> Picture:
    """A drawing as SVG; `words` are its title and what it shows. Call it inside the `drawing` block."""
    title, shown = words
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    body = buffer.getvalue()
    svg = themed(body[body.index("<svg") :], name, title, shown)
    return Picture(name=name, title=title, words=shown, svg=svg, header=tuple(header), rows=tuple(map(tuple, rows)))


def themed(svg: str, name: str, title: str, shown: str) -> str:
    """SVG for a page: stand-in colours become variables, names become the figure's own, words go in front."""
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, f"var(--{variable})")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    svg = re.sub(r' id="image[0-9a-f]+"', "", svg)  # nothing points to them, and equal pictures would share theirs
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font: ([\d.]+)px 'DejaVu Sans'", r"font-size: \1px", svg)
    svg = re.sub(r"font: bold ([\d.]+)px 'DejaVu Sans'", r"font-weight: bold; font-size: \1px", svg)
    svg = re.sub(r"font: 700 ([\d.]+)px 'DejaVu Sans'", r"font-weight: bold; font-size: \1px", svg)
    head, _, rest = svg.partition(">")
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    head += f' role="img" aria-labelledby="{name}-title {name}-words" class="{name}"'
    told = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-words">{escape(shown)}</desc>'
    return f"{head}>{told}{rest}"


def spine_free(axes: Any, *keep: str) -> None:
    """Take the frame of some axes away, but for the named sides; ticks stay with their side."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in keep)
    axes.tick_params(length=0)
