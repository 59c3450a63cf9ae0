"""The ground a map of the page stands on: shaded relief, frame, scale bar, north arrow, and words on plates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch.report.figures.canvas import INK, LINE, PAPER, spine_free

if TYPE_CHECKING:
    from farwatch.mission import Mission

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

SAMPLES = 360
"""Samples of terrain across a panel."""

TONES = 24
"""Tones of shading; few, so that the picture stays small."""

_LOW, _HIGH = np.array([222.0, 216.0, 196.0]), np.array([196.0, 176.0, 146.0])
_SEA = np.array([190.0, 208.0, 220.0])
_BARE = np.array([236.0, 234.0, 228.0])


@dataclass(frozen=True, slots=True)
class Panel:
    """Half the width of a square map, and the length of its scale bar, in kilometres."""

    half_km: float
    bar_km: float


def panel_of(half_km: float) -> Panel:
    """A panel with a scale bar of a round length."""
    return Panel(half_km, _round_km(half_km / 2.5))


def _round_km(length_km: float) -> float:
    """The largest of 1, 2, 5, 10 … that is not longer."""
    step = 10.0 ** np.floor(np.log10(length_km))
    return float(max(m * step for m in (1.0, 2.0, 5.0) if m * step <= length_km))


def shaded(mission: "Mission", half_km: float, samples: int = SAMPLES) -> Image:
    """Shaded relief around the mission's origin, lit from the north-west, higher ground darker; plain where flat."""
    if mission.world.terrain.is_flat:
        return np.broadcast_to(_BARE.astype(np.uint8), (samples, samples, 3))
    east, north = axes_m(half_km, samples)
    flat = np.stack([east, north, np.zeros_like(east)], axis=-1)
    places = mission.world.frame.from_local(flat.reshape(-1, 3))
    height_m = mission.world.terrain.height_at(places[:, 0], places[:, 1]).reshape(east.shape)
    return relief(height_m, east[0, 1] - east[0, 0])


def axes_m(half_km: float, samples: int) -> tuple[Floats, Floats]:
    """East and north of the samples of a panel, m, rows northward: f8[samples, samples] each."""
    axis_m = np.linspace(-1e3 * half_km, 1e3 * half_km, samples)
    east, north = np.meshgrid(axis_m, axis_m)
    return east, north


def lay(axes: Any, image: Image, half_km: float) -> None:
    """An image as the ground of a panel."""
    extent = (-half_km, half_km, -half_km, half_km)
    axes.imshow(image, origin="lower", extent=extent, interpolation="none", zorder=0)


def relief(height_m: Floats, step_m: float) -> NDArray[np.uint8]:
    """A height field (rows northward) as RGB u1[rows, columns, 3]."""
    south_north, west_east = np.gradient(height_m, step_m)
    tilt = (west_east - south_north) / np.sqrt(2.0)
    steep = float(np.quantile(np.abs(tilt), 0.98)) or 1.0
    shade = np.round(TONES * np.clip(0.5 + 0.5 * tilt / steep, 0.0, 1.0)) / TONES
    low, high = np.quantile(height_m, [0.02, 0.98])
    share = np.round(8.0 * np.clip((height_m - low) / max(high - low, 1.0), 0.0, 1.0)) / 8.0
    tone = _LOW + share[..., None] * (_HIGH - _LOW)
    tone = np.where((height_m <= 0.0)[..., None], _SEA, tone)
    return np.asarray(np.clip(tone * (0.78 + 0.3 * shade[..., None]), 0.0, 255.0), np.uint8)


def label(axes: Any, place: tuple[float, float], text: str, offset: tuple[float, float], side: str) -> None:
    """A word on a plate, some points off a place."""
    axes.annotate(
        text,
        place,
        offset,
        textcoords="offset points",
        fontsize=8.0,
        ha=side,
        va="center",
        annotation_clip=True,
        clip_on=True,
        zorder=8,
        bbox={"boxstyle": "round,pad=0.15", "facecolor": PAPER, "alpha": 0.78, "linewidth": 0},
    )


def furniture(axes: Any, panel: Panel, title: str) -> None:
    """Title, scale bar, north arrow."""
    half, bar = panel.half_km, panel.bar_km
    axes.plot(
        [-0.93 * half, -0.93 * half + bar],
        [-0.92 * half] * 2,
        color=INK,
        linewidth=3.0,
        zorder=9,
        solid_capstyle="butt",
    )
    label(axes, (-0.93 * half + 0.5 * bar, -0.86 * half), f"{bar:g} km", (0.0, 0.0), "center")
    axes.annotate(
        "N",
        (0.92 * half, 0.96 * half),
        (0.92 * half, 0.80 * half),
        ha="center",
        va="top",
        zorder=9,
        weight="bold",
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2},
    )
    axes.set_title(title)
    axes.set(xticks=[], yticks=[], aspect="equal")
    spine_free(axes)
    axes.add_patch(_frame(half))


def _frame(half_km: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(
        (-half_km, -half_km), 2 * half_km, 2 * half_km, fill=False, edgecolor=LINE, linewidth=1.0, zorder=9
    )
