"""What is under version control works on every machine: no paths, hosts or stray bytes of ours."""

import re
import shutil
import subprocess

import pytest

from architecture.house import ROOT, listing

MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root|home|Users|opt)/[A-Za-z]")
LARGEST_BYTES = 8_000_000


@pytest.fixture(scope="module")
def tracked():
    """Files that git has or would take."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout, so nothing says which files belong to it")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def text_of(path):
    """The text of a file, or nothing where it is not text."""
    data = path.read_bytes()
    return "" if b"\0" in data[:8000] else data.decode("utf-8", errors="replace")


def test_no_machine_paths(tracked):
    """No file names a folder of somebody's machine."""
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked
        for match in MACHINE_PATH.finditer(text_of(path))
    ]
    assert not found, listing(found)


def test_locks_name_no_hosts(tracked):
    """A lock file holds names, versions and hashes; where to fetch them is the reader's own choice."""
    locks = [path for path in tracked if path.suffix == ".lock"]
    found = [path.name for path in locks if re.search(r"://|--(extra-)?index-url|--find-links", text_of(path))]
    assert len(locks) == 2
    assert not found, listing(found)


def test_every_locked_package_has_hashes(tracked):
    """Nothing is installed that was not hashed."""
    for lock in [path for path in tracked if path.suffix == ".lock"]:
        entries = re.split(r"\n(?=\w)", text_of(lock))
        bare = [entry.split(" ")[0] for entry in entries if entry[:1].isalnum() and "--hash=sha256:" not in entry]
        assert not bare, listing(bare)


def test_files_are_small(tracked):
    """A clone stays quick: no single file is large."""
    large = [f"{path.relative_to(ROOT)}: {path.stat().st_size}" for path in tracked
             if path.stat().st_size > LARGEST_BYTES]
    assert not large, listing(large)
