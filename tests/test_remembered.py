"""What is remembered is made once for each key, by one thread; errors and what was pushed out are not kept."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from farwatch.remembered import memory, read_only


def counted(recall):
    """A way to ask `recall` for keys, and the list of keys that something was made for."""
    made = []

    def make(key):
        made.append(key)
        return object()

    return lambda key: recall(key, lambda: make(key)), made


def test_a_key_is_made_once():
    """Asked again, the very same thing comes back; another key has its own."""
    ask, made = counted(memory(4))
    first, other = ask("a"), ask("b")
    assert ask("a") is first
    assert ask("b") is other is not first
    assert made == ["a", "b"]


def test_the_longest_unasked_is_forgotten():
    """With room for two, the third pushes out the one that was asked for longest ago."""
    ask, made = counted(memory(2))
    for key in ("a", "b", "a", "c", "a", "b"):
        ask(key)
    assert made == ["a", "b", "c", "b"]


def test_memories_are_apart():
    """The same key in two memories stands for two things."""
    one, other = counted(memory(2))[0], counted(memory(2))[0]
    assert one("a") is not other("a")


def test_threads_that_ask_at_once_wait_for_one():
    """Four threads at one key: one makes it, all get it."""
    recall, together, made = memory(4), Barrier(4), []

    def ask(number):
        together.wait(timeout=30)
        return recall("a", lambda: made.append(number) or made)

    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(ask, range(4)))
    assert len(made) == 1
    assert all(one is made for one in given)


def test_an_error_is_raised_again():
    """Where making fails nothing is kept, and the next one makes it."""
    recall = memory(2)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            recall("a", lambda: 1 // 0)
    assert recall("a", lambda: 5) == 5


def test_what_is_shared_refuses_to_be_written():
    """The array itself comes back, closed."""
    array = np.zeros(3)
    assert read_only(array) is array
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1.0
