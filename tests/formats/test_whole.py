"""Files appear whole or not at all."""

import pytest

from farwatch.errors import StoreError
from farwatch.formats.whole import appearing


def test_a_finished_file_takes_its_name(tmp_path):
    """Nothing else is left beside it."""
    path = tmp_path / "made.txt"
    with appearing(path) as partial:
        partial.write_text("all of it")
        assert not path.exists()
    assert path.read_text() == "all of it"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_file_leaves_the_old_one(tmp_path):
    """Whatever goes wrong in between, the file that was there stays."""
    path = tmp_path / "made.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), appearing(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path):
    """Is an error of ours, with the path."""
    with pytest.raises(StoreError, match="made"), appearing(tmp_path / "missing" / "made.txt"):
        pass
