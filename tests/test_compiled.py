"""The compiler's one door: flags, a cache that notices every change, and folders that never fail."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from farwatch import compiled

PACKAGE = Path(compiled.__file__).parent
compiled_only = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="kernels run interpreted here")


@compiled.kernel
def reciprocal(x):
    """A kernel that divides."""
    return 1.0 / x


@compiled_only
def test_division_by_zero_is_infinite():
    """Inside a kernel x/0 is infinite, as in arrays; it raises nothing."""
    assert np.isinf(reciprocal(0.0))


@compiled_only
def test_the_cache_setting_is_left_alone():
    """Decorating a kernel leaves numba's own cache setting as it was, for other users of numba."""
    before = numba.config.CACHE_DIR
    compiled.kernel(lambda x: x)
    assert before == numba.config.CACHE_DIR


@compiled_only
def test_kernels_keep_their_code_in_our_folder():
    """The machine code of a kernel lies in the folder named after the sources."""
    assert str(compiled.cache_folder()) in str(reciprocal.stats.cache_path)
    assert compiled.source_hash() in compiled.cache_folder().name


@compiled_only
def test_kernels_need_no_exclusive_lock():
    """Kernels run with the interpreter lock released and with ordinary arithmetic."""
    options = reciprocal.targetoptions
    assert options["nogil"]
    assert not options.get("fastmath", False)


def copy_of_kernels(folder):
    """A small stand-in package whose hash the functions of `compiled` can take."""
    (folder / "room").mkdir()
    (folder / "compiled.py").write_bytes((PACKAGE / "compiled.py").read_bytes())
    (folder / "room" / "physics.py").write_text("@kernel\ndef f(x): return x\n")
    (folder / "room" / "words.py").write_text("def g(x): return x\n")
    return folder


def hash_in(folder):
    """Source hash that `compiled.py` in a folder computes, in a fresh interpreter."""
    ran = subprocess.run(
        [sys.executable, "-c", "import compiled; print(compiled.source_hash())"],
        cwd=folder, capture_output=True, text=True, check=True,
    )
    return ran.stdout.strip()


def test_editing_any_kernel_renames_the_cache(tmp_path):
    """A change in a file with a kernel changes the hash; a change elsewhere does not."""
    folder = copy_of_kernels(tmp_path)
    first = hash_in(folder)
    (folder / "room" / "words.py").write_text("def g(x): return 2 * x\n")
    assert hash_in(folder) == first
    (folder / "room" / "physics.py").write_text("@kernel\ndef f(x): return 2 * x\n")
    assert hash_in(folder) != first


def folder_with(**settings):
    """Cache folder that a fresh interpreter chooses under some environment."""
    ran = subprocess.run(
        [sys.executable, "-c", "from farwatch import compiled; print(compiled.cache_folder())"],
        env={**os.environ, **settings}, capture_output=True, text=True, check=True,
    )
    return Path(ran.stdout.strip())


def test_checked_code_is_kept_apart():
    """Bounds-checked and plain machine code never share a folder."""
    assert folder_with(NUMBA_BOUNDSCHECK="1") != folder_with(NUMBA_BOUNDSCHECK="0")


@pytest.mark.skipif(sys.platform != "linux", reason="the cache home is set by a variable on Linux only")
def test_an_unusable_home_is_no_obstacle(tmp_path):
    """Where the user's cache cannot be made, a temporary folder serves."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    folder = folder_with(XDG_CACHE_HOME=str(blocked), TMPDIR=str(temporary))
    assert folder.is_dir()
    assert folder.is_relative_to(temporary)


def test_old_caches_are_dropped(tmp_path):
    """Only the newest few caches stay, and the current one always does."""
    for age in range(6):
        folder = tmp_path / f"cache{age}"
        folder.mkdir()
        os.utime(folder, (time.time() - 100 * age,) * 2)
    compiled._prune(tmp_path, tmp_path / "cache5")
    kept = sorted(p.name for p in tmp_path.iterdir())
    assert "cache5" in kept
    assert len(kept) == compiled.KEPT_CACHES


@compiled.carried
class Pair(NamedTuple):
    """Two tables."""

    first: Any
    second: Any


@compiled.carried
class Whole(NamedTuple):
    """A table and a pair of them, twice."""

    table: Any
    pair: Pair
    other: Pair


@compiled.kernel
def add_one(pair, k):
    """Add one to entry k of the first table; what the second begins with."""
    pair.first[k] += 1.0
    return pair.second[0]


@compiled.inner_kernel
def twice(number):
    """Two times a number."""
    return 2.0 * number


@compiled.kernel
def hand_on(whole, n):
    """Hand on parts of a tuple under its own name, under another, and under one that changes its meaning."""
    pair, all_of_it, total = whole.pair, whole, 0.0
    for k in range(n):
        total += twice(add_one(pair, k)) + add_one(whole.pair, k) + add_one(all_of_it.other, k)
        if k == 3:
            pair = whole.other
    return total


def test_tuples_that_are_handed_on_by_address_are_those_that_were_meant():
    """A carried tuple, its parts, and variables that come to hold another part: all as without the compiler."""
    results = []
    for run in (hand_on, getattr(hand_on, "py_func", hand_on)):
        pair, other = Pair(np.zeros(8), np.array([3.0])), Pair(np.full(8, 100.0), np.array([7.0]))
        results.append((run(Whole(np.ones(1), pair, other), 6), pair.first.tolist(), other.first.tolist()))
    assert results[0] == results[1]
    assert results[0][1] == [2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 0.0, 0.0]
    assert results[0][2] == [101.0, 101.0, 101.0, 101.0, 102.0, 102.0, 100.0, 100.0]
