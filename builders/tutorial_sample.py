"""Write the sample of terminal output in docs/tutorial.md: python builders/tutorial_sample.py

Plays the scenario that the page shows, as the page says to play it, and keeps the table of what became of the raid.
`tests/test_examples.py` fails when the page shows anything else.
"""

import re
from io import StringIO
from pathlib import Path

import farwatch as fw

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
TRIALS = 48
COLUMNS = 118
BLOCK = re.compile(r"(?<=<!-- sample: begin \(builders/tutorial_sample\.py\) -->\n).*?(?=<!-- sample: end -->)", re.S)


def scenario() -> fw.Scenario:
    """The scenario as the page shows it."""
    text = PAGE.read_text(encoding="utf-8")
    return fw.load(re.search(r"^```yaml\n(# two-heights\.yaml\n.*?)^```", text, re.M | re.S).group(1))


def sample() -> str:
    """The fenced block that belongs between the marks."""
    from rich.console import Console

    from farwatch.report import terminal

    told = StringIO()
    console = Console(file=told, width=COLUMNS, highlight=False)
    console.print(terminal.chain_table(fw.run(scenario(), trials=TRIALS).summary(), COLUMNS))
    lines = [line.rstrip() for line in told.getvalue().splitlines()]
    return "\n".join(["```text", *(line for line in lines if line), "```", ""])


if __name__ == "__main__":
    PAGE.write_text(BLOCK.sub(lambda _: sample(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
