"""What happened: event tables, measures with their intervals, and the reason of every leaker.

Usable without a mission: a `Cast` and `Evidence` of plain arrays in, `summarise` and `build` out.
"""

from farwatch.outcomes.columns import SPECS, Column
from farwatch.outcomes.evidence import Cast, DrawnFigure, Evidence, Played, RoundKind, gather
from farwatch.outcomes.measures import summarise
from farwatch.outcomes.reasons import TOLD, Reason, attribute
from farwatch.outcomes.summary import Estimate, Price, Spread, Summary
from farwatch.outcomes.tables import Table
from farwatch.outcomes.tabulate import build

__all__ = [
    "SPECS",
    "TOLD",
    "Cast",
    "Column",
    "DrawnFigure",
    "Estimate",
    "Evidence",
    "Played",
    "Price",
    "Reason",
    "RoundKind",
    "Spread",
    "Summary",
    "Table",
    "attribute",
    "build",
    "gather",
    "summarise",
]
