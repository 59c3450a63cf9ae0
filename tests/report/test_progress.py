"""What is said while a campaign is played."""

import io

import pytest
from rich.console import Console

from farwatch.campaign import Progress
from farwatch.report.progress import line, teller


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


def test_every_round_of_a_campaign_is_told():
    """A new round asks for more: its first line comes at once, and its tenths again."""
    console = Console(file=io.StringIO())
    with teller(console, lambda: 0.0) as live:
        for done, total in [(0, 0), (0, 40), (20, 40), (40, 40), (40, 60), (41, 60), (48, 60), (60, 60)]:
            live.tell(Progress(done, total, 0))
    told = ["making ready", *(f"{done} trials" for done in ("0/40", "20/40", "40/40", "40/60", "48/60", "60/60"))]
    assert console.file.getvalue().splitlines() == told
