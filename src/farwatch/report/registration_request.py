"""A registration as the command line asks for it: the reference, on the day and in the frame of the plots."""

from pathlib import Path

from farwatch.formats.asterix_tracking import Given
from farwatch.formats.choosing import on_the_day_of, truth_in
from farwatch.track.files import TruthTable
from farwatch.track.sensors import together
from farwatch.track.tracking import table_of


def known_truth(read: Given, reference: Path) -> TruthTable:
    """Where targets really were, in the frame of the first sensor. InputError where it cannot be had."""
    truth = truth_in(reference, together(read.sensors)[1])
    return on_the_day_of(truth, table_of(read.plots, read.sensors).plots["time_s"])
