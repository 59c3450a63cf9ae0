"""A result folder: continued, refused, read back, byte for byte."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from campaign.test_execute import interrupt_after, same
from farwatch.campaign import load_result
from farwatch.campaign.execute import execute
from farwatch.errors import StoreError

ROOT = Path(__file__).parents[2]


def contents(folder):
    """Every file of a folder, by relative name."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def whole(plan, play, tmp_path):
    """An uninterrupted campaign on disk."""
    execute(plan(), play, 2, tmp_path / "whole")
    return tmp_path / "whole"


def test_disk_and_memory_agree(whole, plan, play):
    """What comes from disk is what a campaign in memory gives."""
    assert same(load_result(whole), execute(plan(), play, 1))


def test_threads_give_the_same_bytes(whole, plan, play, tmp_path):
    """Every file, block by block and table by table."""
    execute(plan(), play, 1, tmp_path / "one")
    assert contents(tmp_path / "one") == contents(whole)


def test_an_interrupted_campaign_is_continued(whole, plan, play, tmp_path):
    """Ctrl-C, then the same again: the bytes of a campaign that was never stopped."""
    first = execute(plan(), play, 1, tmp_path / "two", interrupt_after(8))
    assert first.interrupted
    assert load_result(tmp_path / "two").interrupted
    played = []

    def watched(first_trial, count, *, trace):
        played.append(first_trial)
        return play(first_trial, count, trace=trace)

    execute(plan(), watched, 2, tmp_path / "two")
    assert 0 not in played
    assert contents(tmp_path / "two") == contents(whole)


def test_a_killed_campaign_is_continued(whole, plan, play, tmp_path):
    """Killed without warning in another process, then continued here: the same bytes."""
    script = f"""
        import sys, time
        sys.path.insert(0, {str(ROOT / "tests")!r})
        from campaign.conftest import make_plan
        from farwatch.campaign.execute import execute
        from outcomes.rehearsal import Dice, cast
        dice = Dice(cast())
        def play(first_trial, count, *, trace):
            time.sleep(0.2 if first_trial < 16 else 60.0)
            return dice(first_trial, count, trace=trace)
        execute(make_plan(), play, 1, {str(tmp_path / "killed")!r})
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], env=environment)
    blocks = tmp_path / "killed" / "blocks"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if len(list(blocks.glob("*.parquet"))) >= 2:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (blocks / "block-000002.parquet.partial").write_bytes(b"half a block")
    assert len(list(blocks.glob("block-*.parquet"))) == 2
    execute(plan(), play, 2, tmp_path / "killed")
    (blocks / "block-000002.parquet.partial").unlink(missing_ok=True)
    assert contents(tmp_path / "killed") == contents(whole)


def test_more_trials_may_be_asked_for(whole, plan, play, tmp_path):
    """A finished campaign grows: the last, short block is played again and the rest kept."""
    execute(plan(50), play, 2, whole)
    execute(plan(50), play, 1, tmp_path / "fifty")
    assert contents(whole) == contents(tmp_path / "fifty")


def test_fewer_trials_are_a_part(whole, plan, play):
    """Asking for fewer gives the first ones and plays nothing."""
    found = execute(plan(10), play, 1, whole)
    assert found.evidence.trials.tolist() == list(range(10))
    assert not found.interrupted


def test_another_campaign_is_refused(whole, plan, play):
    """The error lists what differs."""
    with pytest.raises(StoreError, match=r"(?s)scenario_digest: stored .*seed: stored 1, now 2"):
        execute(plan(seed=2, title="Other"), play, 1, whole)


def test_a_change_of_package_is_named(whole, plan, play):
    """A stored version that differs is named, because it can change bits."""
    manifest = json.loads((whole / "manifest.json").read_text())
    manifest["packages"]["numba"] = "0.1"
    (whole / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match="packages: differ in numba"):
        execute(plan(), play, 1, whole)


def test_a_foreign_folder_is_not_touched(tmp_path, plan, play):
    """A folder with other files in it is refused, and so is a file."""
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match="neither empty nor a result folder"):
        execute(plan(), play, 1, tmp_path)
    with pytest.raises(StoreError, match="cannot be used"):
        execute(plan(), play, 1, tmp_path / "letter.txt")


def test_no_result_is_no_result(tmp_path):
    """Loading what is not there says so."""
    with pytest.raises(StoreError, match=r"manifest.json cannot be read"):
        load_result(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [{"seed": [1]}, {"seed": float("nan")}, {"scenario": {}}, {"scenario": [1]}, {"cast": {}}, {"cast": 1},
     {"packages": [1]}, {"platform": "x"}, {"inputs": None}, {"trials_asked": "many"}],
)  # fmt: skip
def test_a_damaged_manifest_is_said(whole, damage):
    """Whatever stands in it: an error that says so, and no fault of the program's."""
    path = whole / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | damage))
    with pytest.raises(StoreError, match=r"no run that this version can read; manifest\.json: "):
        load_result(whole)


def test_a_damaged_block_is_named(whole, plan, play):
    """A block file that cannot be read names its folder."""
    (whole / "blocks" / "block-000001.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="could not be read"):
        execute(plan(), play, 1, whole)


def test_saved_later_is_the_same(whole, plan, play, tmp_path):
    """A campaign in memory, saved, is the folder that it would have written."""
    execute(plan(), play, 2).save(tmp_path / "saved")
    assert contents(tmp_path / "saved") == contents(whole)


def test_loading_brings_everything_back(whole, plan, play):
    """Scenario, cast, summary and tables survive the disk."""
    fresh, again = execute(plan(), play, 1), load_result(whole)
    assert again.scenario == fresh.scenario
    assert again.summary().raid == fresh.summary().raid
    np.testing.assert_array_equal(again.targets["killed_s"], fresh.targets["killed_s"])


def test_the_manifest_is_plain(whole, tmp_path):
    """Valid JSON without NaN, without a path of this machine."""
    text = (whole / "manifest.json").read_text()
    assert "NaN" not in text
    assert str(tmp_path) not in text
    assert json.loads(text)["trials_done"] == 30


def test_blocks_are_open_to_others(whole):
    """An independent reader finds one row per trial."""
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(whole / "blocks" / "block-000001.parquet")
    assert table["trial"].to_pylist() == list(range(8, 16))
    assert len(table["outcome_seen_s"][0]) == 11
