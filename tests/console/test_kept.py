"""Slow answers on the disk: given again, bounded, whole or not at all, and never in the way."""

import asyncio
import os

import pytest

from farwatch.console.kept import Kept
from farwatch.errors import InputError, Problem


class Asked:
    """Works everything out at once, and counts."""

    def __init__(self):
        self.count = 0

    async def ask(self, function, *words, stamp=None):
        self.count += 1
        return function(*words)


def letters(word):
    """An answer."""
    return word.encode()


def refused(word):
    """None."""
    raise InputError("x", [Problem("y", word, "is refused")])


@pytest.fixture
def worker():
    """A worker that counts."""
    return Asked()


@pytest.fixture
def ask(tmp_path, worker):
    """Asks of a folder of kept answers of at most 800 bytes."""

    def asking(function, *words, stamp=0, home=tmp_path):
        return asyncio.run(Kept(home, 800).ask(worker, function, *words, stamp=stamp))

    return asking


def files(tmp_path):
    """Kept files, oldest first."""
    return sorted((tmp_path / ".console" / "kept").iterdir(), key=lambda path: path.stat().st_mtime_ns)


def test_an_answer_is_worked_out_once(ask, worker, tmp_path):
    """Another word or another stamp is another question; refusals are told each time, and not kept."""
    for _ in range(3):
        assert ask(letters, "a") == b"a"
    assert worker.count == 1
    assert ask(letters, "b") == b"b"
    ask(letters, "a", stamp=1)
    assert worker.count == 3
    for _ in range(2):
        with pytest.raises(InputError):
            ask(refused, "a")
    assert worker.count == 5
    assert len(files(tmp_path)) == 3


def test_what_is_not_whole_is_worked_out_anew(ask, worker, tmp_path):
    """A file that was cut or changed is passed over and replaced; a link is neither read nor written through."""
    ask(letters, "abc")
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    for broken in (whole[:-1], whole[:-1] + b"x", b""):
        path.write_bytes(broken)
        assert ask(letters, "abc") == b"abc"
        assert path.read_bytes() == whole
    other = tmp_path / "other"
    other.write_bytes(whole)
    path.unlink()
    path.symlink_to(other)
    assert ask(letters, "abc") == b"abc"
    assert worker.count == 5
    assert not path.is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(ask, worker, tmp_path):
    """In the place of an answer it is passed over."""
    ask(letters, "abc")
    (path,) = files(tmp_path)
    path.unlink()
    os.mkfifo(path)
    assert ask(letters, "abc") == b"abc"
    assert worker.count == 2


def test_room_is_made_for_the_newest(ask, worker, tmp_path):
    """Beyond the bound the longest unread goes; what is too large is not kept at all."""
    for k in range(12):
        ask(letters, f"{k:060}")
        ask(letters, f"{0:060}")  # looked at again and again: it stays
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 800
    before = worker.count
    ask(letters, f"{0:060}")
    ask(letters, f"{11:060}")
    assert worker.count == before
    ask(letters, f"{1:060}")
    assert worker.count == before + 1
    ask(letters, "x" * 200)
    ask(letters, "x" * 200)
    assert worker.count == before + 3


def test_a_folder_that_cannot_be_written_is_no_matter(ask, worker, tmp_path):
    """All is worked out anew; nothing is written where a link leads."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    home = tmp_path / "home"
    home.mkdir()
    (home / ".console").symlink_to(elsewhere)
    assert [ask(letters, "a", home=home) for _ in range(2)] == [b"a", b"a"]
    assert worker.count == 2
    assert list(elsewhere.iterdir()) == []
    assert ask(letters, "a", home=tmp_path / "nowhere") == b"a"
    (tmp_path / "file").write_text("")
    assert ask(letters, "a", home=tmp_path / "file") == b"a"
