"""What is said while a campaign is played."""

import pytest

from farwatch.campaign import Progress
from farwatch.report.progress import line


@pytest.mark.parametrize(
    ("progress", "elapsed_s", "told"),
    [
        (Progress(0, 0, 0), 5.0, "making ready"),
        (Progress(0, 40, 0), 5.0, "0/40 trials"),
        (Progress(10, 40, 0), 5.0, "10/40 trials, 2 trials/s, 0:15 left"),
        (Progress(30, 40, 20), 5.0, "30/40 trials, 20 found finished, 2 trials/s, 0:05 left"),
        (Progress(40, 40, 0), 5.0, "40/40 trials, 8 trials/s"),
    ],
)
def test_a_plain_line_says_how_far_it_is(progress, elapsed_s, told):
    """Trials, those found finished, the rate, and what remains; nothing that is not known yet."""
    assert line(progress, elapsed_s) == told
