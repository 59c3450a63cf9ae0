"""What is costly to make and follows from a few values alone: made once in a process, and remembered by those values.

Points of a campaign differ in little; what they share need not be made for each. The key must hold every value that the
thing depends on, files by what is in them: then it is the same, bit for bit, whether remembered or made anew.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

Value = TypeVar("Value")
Array = TypeVar("Array", bound=NDArray[Any])

Memory = Callable[[Hashable, Callable[[], Value]], Value]
"""`memory(key, make)` gives what was made for `key`; where there is none, `make()`, which is then kept."""


@dataclass(frozen=True, slots=True)
class _Place(Generic[Value]):
    """Where a thing is kept once it is made; its lock lets one thread make it while others wait."""

    lock: Lock = field(default_factory=Lock)
    made: list[Value] = field(default_factory=list)


def memory(size: int | None) -> Memory[Value]:
    """Make a memory of the last `size` things asked for, None: of all. Threads may share it; an error is not kept."""
    finding = Lock()

    @lru_cache(maxsize=size)
    def place_of(_key: Hashable) -> _Place[Value]:
        return _Place()

    def recall(key: Hashable, make: Callable[[], Value]) -> Value:
        with finding:
            place = place_of(key)
        with place.lock:
            if not place.made:
                place.made.append(make())
            return place.made[0]

    return recall


def read_only(array: Array) -> Array:
    """Give the array itself, which from now on refuses to be written: what is remembered is shared."""
    array.setflags(write=False)
    return array
