"""Why leakers leaked, as shares that add to one."""

import textwrap

from farwatch.outcomes.summary import ReasonTable
from farwatch.report import wording
from farwatch.report.figures.canvas import INK, RED, WIDTH_IN, Picture, drawing, picture, spine_free


def draw(table: ReasonTable) -> Picture:
    """One bar for each reason that occurred, the commonest first, with its sentence."""
    ranked = wording.main_reasons(table)
    with drawing("reasons", (WIDTH_IN, 0.35 + 0.5 * max(len(ranked), 1))) as figure:
        axes = figure.add_subplot()
        for place, item in enumerate(ranked):
            axes.barh(-place, item.share.value, 0.42, color=RED, linewidth=0)
            axes.plot([item.share.low, item.share.high], [-place, -place], color=INK, linewidth=1.2)
            edge = max(item.share.high, item.share.value)
            axes.text(edge + 0.012, -place, wording.share(item.share), va="center")
            told = "\n".join(textwrap.wrap(item.sentence, 52))
            axes.text(-0.012, -place, told, va="center", ha="right", fontsize=8.5)
        most = max((item.share.high for item in ranked), default=1.0)
        width = max(0.35, most + 0.2)
        axes.set(xlim=(-0.62 * width, width), ylim=(-len(ranked) + 0.5, 0.5), xticks=[], yticks=[])
        axes.axvline(0.0, color=INK, linewidth=0.8)
        spine_free(axes)
        told = "; ".join(f"{wording.percent(i.share.value)}: {i.sentence}" for i in ranked)
        words = ("Why they got through", f"Shares of all that got through; they add to 100 %. {told}")
        header = ("reason", "stage", "sentence", "leakers", "share", "low_share", "high_share")
        rows = [(i.name, i.stage, i.sentence, i.count, i.share.value, i.share.low, i.share.high) for i in table.shares]
        return picture(figure, "reasons", words, header, rows)
