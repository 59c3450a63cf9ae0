"""Tables of plots, truth and tracks, in and out: Parquet or CSV, with units in the column names."""

from farwatch.track.files.plots import BadRow, PlotTable, plot_table, read_plots
from farwatch.track.files.states import TrackTable, read_tracks, track_columns
from farwatch.track.files.truths import TruthTable, read_truth
from farwatch.track.files.writing import write_columns

__all__ = [
    "BadRow",
    "PlotTable",
    "TrackTable",
    "TruthTable",
    "plot_table",
    "read_plots",
    "read_tracks",
    "read_truth",
    "track_columns",
    "write_columns",
]
