"""What exists: systems, radars, rounds and target classes, every figure with its range and its source.

::

    catalogue = load()
    catalogue.rounds["48n6e3"].range_max_m.value          # 250000.0 (metres)
    override(catalogue, {"48n6e3.range_max_m": 240e3})    # a new catalogue; the figure's kind is now "scenario"
    print(describe(find(catalogue, "systems", "s-400"), catalogue))

Drawing figures for trials is in `farwatch.catalogue.uncertainty`, which is not imported here: it compiles.
"""

from farwatch.catalogue.entries import (
    Catalogue,
    Claim,
    Entry,
    Parameters,
    Radar,
    Round,
    Source,
    System,
    TargetClass,
    figures_of,
)
from farwatch.catalogue.figures import ASSUMED, SCENARIO, Figure
from farwatch.catalogue.listing import Line, Section, Summary, describe, sections, summary
from farwatch.catalogue.names import figures, find, find_any, near
from farwatch.catalogue.overriding import override
from farwatch.catalogue.reading import load, read

__all__ = [
    "ASSUMED",
    "SCENARIO",
    "Catalogue",
    "Claim",
    "Entry",
    "Figure",
    "Line",
    "Parameters",
    "Radar",
    "Round",
    "Section",
    "Source",
    "Summary",
    "System",
    "TargetClass",
    "describe",
    "figures",
    "figures_of",
    "find",
    "find_any",
    "load",
    "near",
    "override",
    "read",
    "sections",
    "summary",
]
