"""Which unknown figure matters most: bars against chance."""

from collections.abc import Sequence
from typing import Any

from farwatch.campaign.answers import Sensitivity
from farwatch.outcomes.sensitivity import Effect, Screening, VarianceShares
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_wording as words
from farwatch.report.figures.canvas import (
    AMBER,
    GREY,
    INK,
    PAPER,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)

MOST = 15
"""Inputs shown; the data has all."""

Bar = tuple[str, Estimate, str, str]


def draw(it: Sensitivity) -> Picture:
    """Bars of the inputs that matter most, and of chance."""
    if it.shares is not None:
        return _draw(it, shares_bars(it.shares), shares_rows(it.shares), SHARES_HEADER)
    if it.screening is not None:
        rows = [(*row, it.measure) for row in screening_rows(it.screening)]
        return _draw(it, screening_bars(it.screening), rows, EFFECTS_HEADER)
    raise ValueError("nothing was played")


def _draw(it: Sensitivity, bars: Sequence[Bar], rows: Any, header: Sequence[str]) -> Picture:
    with drawing("matters", (WIDTH_IN, 0.6 + 0.3 * len(bars))) as figure:
        axes = figure.add_subplot()
        widest = max([one.high for _, one, _, _ in bars if one.high == one.high] + [1e-9])
        for place, (_, one, shade, note) in enumerate(bars):
            hatch = "///" if shade == AMBER else ""
            axes.barh(-place, max(one.value, 0.0), 0.55, color=shade, linewidth=0, hatch=hatch, edgecolor=PAPER)
            axes.plot([one.low, one.high], [-place, -place], color=INK, linewidth=1.0)
            axes.text(max(one.high, 0.0) + 0.01 * widest, -place, note, va="center", fontsize=8.0, color=SOFT)
        axes.set(yticks=[-k for k in range(len(bars))], yticklabels=[bar[0] for bar in bars], xticks=[])
        axes.set(xlim=(0.0, 1.5 * widest), ylim=(0.5 - len(bars), 0.6))
        spine_free(axes, "left")
        return picture(figure, "matters", ("Which unknown figure matters most", words.matters(it)), header, rows)


def shares_bars(shares: VarianceShares) -> list[Bar]:
    """What settling each input would take off the spread, after what all of them and chance make of it."""
    unknown, chance = shares.unknown, shares.chance.total
    bars: list[Bar] = [
        ("all figures together", unknown, AMBER, words.share_of(unknown)),
        ("chance", chance, GREY, words.share_of(chance)),
    ]
    return (
        bars
        + [(one.name, one.settled, AMBER, words.share_of(one.settled)) for one in words.by_share(shares.inputs)][:MOST]
    )


_PARTS = ("", "_low", "_high")
SHARES_HEADER = ("input", *(f"{name}_share{part}" for name in ("alone", "settled", "total") for part in _PARTS))


def shares_rows(shares: VarianceShares) -> list[tuple[object, ...]]:
    """Every index of every input, and of chance."""
    all_of_them = ("all figures together", "", "", "", *_plain(shares.unknown), "", "", "")
    inputs = (*words.by_share(shares.inputs), shares.chance)
    return [all_of_them, *((one.name, *_plain(one.first), *_plain(one.settled), *_plain(one.total)) for one in inputs)]


def screening_bars(screening: Screening) -> list[Bar]:
    """Size of each input's effect, and of new luck."""
    bars: list[Bar] = [("chance: new luck alone", screening.chance.size, GREY, _size(screening.chance))]
    shown = words.by_size(screening.inputs)[:MOST]
    return bars + [(one.name, one.size, AMBER, f"{_size(one)}   ({words.direction(one)})") for one in shown]


def _size(effect: Effect) -> str:
    return words.estimate("", effect.size)


EFFECTS_HEADER = ("input", *(f"{name}{part}" for name in ("mu_star", "mu", "sigma") for part in _PARTS), "measure")


def screening_rows(screening: Screening) -> list[tuple[object, ...]]:
    """Every effect of every input, and of chance."""
    return [
        (one.name, *_plain(one.size), *_plain(one.mean), *_plain(one.spread))
        for one in (*words.by_size(screening.inputs), screening.chance)
    ]


def _plain(it: Estimate) -> tuple[float, float, float]:
    return it.value, it.low, it.high
