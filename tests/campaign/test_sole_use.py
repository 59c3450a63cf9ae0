"""Two processes never play into one folder at once."""

import errno
import os
import subprocess
import sys

import pytest

from campaign.rehearsed import Rehearsal, contents, play_fake
from farwatch.campaign.conduct import conduct
from farwatch.campaign.execute import execute
from farwatch.campaign.executors import threads
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.sole_use import sole_use
from farwatch.errors import StoreError

HOLD = "import sys; from farwatch.campaign.sole_use import sole_use; from pathlib import Path\n\
with sole_use(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"


@pytest.fixture
def other(tmp_path):
    """A process that plays into `tmp_path / "there"`."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "there")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_a_folder_in_use_is_refused(tmp_path, other, plan, play):
    """A campaign and a run: refused with the name of the folder, and no file is touched."""
    folder = tmp_path / "there"
    with threads(1) as executor, pytest.raises(StoreError, match=r"another process plays into .*there; wait"):
        conduct(Rehearsal(), play_fake, executor, Ledger(folder))
    with pytest.raises(StoreError, match="another process"):
        execute(plan(), play, 1, folder)
    assert not list(folder.iterdir())


def test_a_killed_process_leaves_no_lock(tmp_path, other):
    """The lock ends with the process, so what was killed is continued at once."""
    other.kill()
    other.wait()
    with threads(1) as executor:
        assert conduct(Rehearsal(), play_fake, executor, Ledger(tmp_path / "there")).finished


def test_the_lock_leaves_no_file_and_is_given_back(tmp_path):
    """Used twice, one after the other."""
    for _ in range(2):
        with sole_use(tmp_path / "there"), pytest.raises(StoreError), sole_use(tmp_path / "there"):
            pass
    assert not contents(tmp_path / "there")


def test_where_there_are_no_locks_it_goes_on(tmp_path, monkeypatch):
    """A network disk without locks keeps nobody out, and stops nobody."""

    def none(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", none)
    with sole_use(tmp_path), sole_use(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    """A file in its place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used as a folder for results"), sole_use(tmp_path / "file"):
        pass
