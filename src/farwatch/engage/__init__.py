"""What is done: tracks -> shots -> results. Command, threat, envelope, doctrine, magazine, assessment.

A round is fired only on a track that the picture holds, and a shot is a flight time and a probability. In one trial:

    clear(defence, stock)                                             once, at the start
    open_links(defence, stock, key)                                   after that
    decide(defence, stock, picture, radars, now) -> count             every doctrine["decide_s"]
    resolve(defence, stock, picture, truth, alive, i, key, now) -> event  at stock.shots[i]["intercept_s"]
    assess(defence, stock, truth, i, key, now) -> event               its battery's assess_delay_s after that

A `resolve` that returns STILL_FLYING has moved intercept_s later: call it again then.
"""

from farwatch.engage.assess import assess
from farwatch.engage.command import open_links
from farwatch.engage.decide import decide
from farwatch.engage.prepare import Prepared, prepare
from farwatch.engage.resolve import STILL_FLYING, resolve
from farwatch.engage.stock import SHOTS, Defence, Stock, clear, new_stock

__all__ = [
    "SHOTS",
    "STILL_FLYING",
    "Defence",
    "Prepared",
    "Stock",
    "assess",
    "clear",
    "decide",
    "new_stock",
    "open_links",
    "prepare",
    "resolve",
]
