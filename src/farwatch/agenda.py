"""What happens next: events in order of time, ties by kind, then by index.

An AGENDA array is a binary heap of which the first rows are in use; `pending[0]` says how many. Nothing depends on the
order of insertion.
"""

from typing import Any

import numpy as np

from farwatch.compiled import kernel

AGENDA = np.dtype([("time_s", "f8"), ("kind", "i8"), ("index", "i8")], align=True)
"""One event: when, of what kind, and of whom."""


@kernel
def push(agenda: Any, pending: Any, time_s: float, kind: int, index: int) -> None:
    """Put an event on the agenda, AGENDA[room], a binary heap of which `pending[0]` rows are in use."""
    k = pending[0]
    pending[0] = k + 1
    while k > 0:
        parent = (k - 1) // 2
        if not _sooner(time_s, kind, index, agenda[parent]["time_s"], agenda[parent]["kind"], agenda[parent]["index"]):
            break
        _set(agenda[k], agenda[parent]["time_s"], agenda[parent]["kind"], agenda[parent]["index"])
        k = parent
    _set(agenda[k], time_s, kind, index)


@kernel
def pop(agenda: Any, pending: Any) -> None:
    """Take the first event, agenda[0], off the agenda."""
    n = pending[0] - 1
    pending[0] = n
    time_s, kind, index = agenda[n]["time_s"], agenda[n]["kind"], agenda[n]["index"]
    k = 0
    while 2 * k + 1 < n:
        child = 2 * k + 1
        if child + 1 < n:
            child += _right_first(agenda[child], agenda[child + 1])
        at = agenda[child]
        if not _sooner(at["time_s"], at["kind"], at["index"], time_s, kind, index):
            break
        _set(agenda[k], agenda[child]["time_s"], agenda[child]["kind"], agenda[child]["index"])
        k = child
    _set(agenda[k], time_s, kind, index)


@kernel
def _sooner(time_a: float, kind_a: int, index_a: int, time_b: float, kind_b: int, index_b: int) -> bool:
    """Whether event a comes before event b: by time, then kind, then index."""
    if time_a != time_b:
        return time_a < time_b
    if kind_a != kind_b:
        return kind_a < kind_b
    return index_a < index_b


@kernel
def _right_first(left: Any, right: Any) -> int:
    """1 when the right of two agenda rows comes first, else 0."""
    sooner = _sooner(right["time_s"], right["kind"], right["index"], left["time_s"], left["kind"], left["index"])
    return 1 if sooner else 0


@kernel
def _set(row: Any, time_s: float, kind: int, index: int) -> None:
    row["time_s"] = time_s
    row["kind"] = kind
    row["index"] = index
