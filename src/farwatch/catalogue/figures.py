"""A figure: one number with its range, its unit and the place it was printed."""

from dataclasses import dataclass, replace

PUBLISHED_KINDS = ("maker", "official", "press", "academic", "encyclopedia", "community", "estimate")
"""Who printed a figure; each needs a source."""

ASSUMED = "assumed"
"""Kind of a figure that nobody publishes, or that could not be read at its source: an assumption of this catalogue."""

SCENARIO = "scenario"
"""Kind of a figure that the user set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, as published and as kept.

    `value`, `low` and `high` are in `unit` (SI, or deg, dB, dBi, prob, ratio, count, USD); `low <= value <= high`.
    `printed` is the number as its source prints it. `source` is an id in `Catalogue.sources`, empty for an
    assumption, which says `why` instead. `spread` says where low and high come from when the source prints one
    number. `condition` is what the number holds for. `alternatives` are other published numbers for the same
    thing; one that lies outside low..high says in `set_aside` why it is not believed.
    A figure with `drawn` false is structure: trials use its value and never vary it.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    printed: str
    kind: str
    source: str = ""
    date: str = ""
    condition: str = ""
    why: str = ""
    spread: str = ""
    set_aside: str = ""
    drawn: bool = True
    alternatives: tuple["Figure", ...] = ()

    @property
    def assumed(self) -> bool:
        """Whether it rests on no publication but on this catalogue."""
        return self.kind == ASSUMED

    @property
    def fixed(self) -> bool:
        """Whether every trial uses the same value."""
        return not self.drawn or self.low == self.high


def set_by_scenario(figure: Figure, value: float, low: float, high: float) -> Figure:
    """The same figure with the user's numbers, in the figure's own unit; what was published stays visible."""
    published = replace(figure, alternatives=())
    return replace(
        figure,
        value=value,
        low=low,
        high=high,
        printed=f"{value:g} {figure.unit}",
        kind=SCENARIO,
        source="",
        date="",
        why="set by the scenario",
        spread="",
        condition=figure.condition,
        alternatives=(published, *figure.alternatives),
    )
