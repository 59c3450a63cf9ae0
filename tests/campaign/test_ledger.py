"""A campaign folder: nothing lost, nothing twice, nothing foreign, whatever happens to the process."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from campaign.rehearsed import Rehearsal, contents, play_fake
from campaign.test_conduct import conducted, small_parts  # noqa: F401  a fixture
from farwatch.campaign import files, load_result, read_campaign
from farwatch.campaign.execute import execute
from farwatch.campaign.query import status
from farwatch.campaign.trials import stored
from farwatch.errors import StoreError
from farwatch.outcomes import parquet

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A campaign that was never stopped."""
    folder = tmp_path_factory.mktemp("whole")
    conducted(folder)
    return folder


def killed_after(folder, wait_s):
    """Conduct the rehearsal slowly in a process of its own, and kill it; whether it was still at work."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])}
    command = [sys.executable, "-m", "campaign.rehearsed", str(folder)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begins\n"
        time.sleep(wait_s)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


@pytest.mark.slow
def test_killed_at_any_instant_it_ends_with_the_same_bytes(tmp_path, small_parts):  # noqa: F811
    """SIGKILL at random instants, again and again, then to the end: none lost, none twice."""
    conducted(tmp_path / "whole")
    dice, folder = random.Random(5), tmp_path / "killed"
    kills = [killed_after(folder, dice.uniform(0.0, 0.2)) for _ in range(10)]
    assert sum(kills) >= 5
    conducted(folder)
    assert contents(folder) == contents(tmp_path / "whole")
    again = stored(folder, ())
    for point in range(3):
        assert again.column(point, "trial").tolist() == list(range(again.count(point)))


@pytest.mark.parametrize("allowed", [0, 1, 2, 9, 40, 118, 121, 124])
def test_a_full_disk_loses_nothing(whole, tmp_path, monkeypatch, allowed):
    """After some writes no file can be written; with room again, the campaign goes on to the same bytes."""
    writes = iter(range(allowed))

    def full(path):
        if next(writes, None) is None:
            path.with_name(f"{path.name}.partial").write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    def write_whole(path, fill, kept=files.write_whole):
        try:
            full(path)
        except OSError as error:
            raise StoreError(f"{path} could not be written: {error}") from error
        kept(path, fill)

    def write(path, sources, query, kept=parquet.write):
        try:
            full(path)
        except OSError as error:
            raise StoreError(f"{path} could not be written: {error}") from error
        kept(path, sources, query)

    with monkeypatch.context() as patch:
        for module in ("ledger", "files", "pending"):
            patch.setattr(f"farwatch.campaign.{module}.write_whole", write_whole, raising=False)
        patch.setattr(parquet, "write", write)
        with pytest.raises(StoreError, match="No space left on device"):
            conducted(tmp_path)
    conducted(tmp_path)
    assert contents(tmp_path) == contents(whole)


def test_a_real_write_error_is_a_store_error(tmp_path, monkeypatch):
    """The disk's own words reach the user."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreError, match=r"x.json could not be written: No space left"):
        files.write_whole(tmp_path / "x.json", full)
    assert not (tmp_path / "x.json").exists()


def test_a_part_that_was_removed_is_played_again(whole, tmp_path):
    """Any file of a part that is gone: its trials come back the same."""
    conducted(tmp_path)
    (tmp_path / "groups" / "part-000001.parquet").unlink()
    for table in ("trials", "groups", "rounds", "figures"):
        (tmp_path / table / "part-000002.parquet").unlink()
    conducted(tmp_path)
    assert contents(tmp_path) == contents(whole)


def test_with_a_part_gone_it_is_not_finished(tmp_path):
    """A report of it calls it interrupted, not short of budget."""
    conducted(tmp_path)
    assert stored(tmp_path, ()).finished
    (tmp_path / "trials" / "part-000001.parquet").unlink()
    assert not stored(tmp_path, ()).finished


def test_a_run_and_a_campaign_are_not_taken_for_each_other(whole, tmp_path, plan, play):
    """Played into, or read by the other verb: refused in words, with the right verb, and not a file is added."""
    execute(plan(), play, 1, tmp_path / "run")
    before = contents(tmp_path / "run")
    for read in (lambda: conducted(tmp_path / "run"), lambda: read_campaign(tmp_path / "run")):
        with pytest.raises(StoreError, match="holds no campaign; a run is told by `farwatch report"):
            read()
    assert contents(tmp_path / "run") == before
    assert not (tmp_path / "run" / "goals").exists()
    before = contents(whole)
    for read in (lambda: execute(plan(), play, 1, whole), lambda: load_result(whole)):
        with pytest.raises(StoreError, match="holds no run; a campaign is told by `farwatch campaign report"):
            read()
    assert contents(whole) == before
    assert not (whole / "blocks").exists()


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (Rehearsal(seed=2), "seed: stored 1, now 2"),
        (Rehearsal(goal=301), "plan: differ in goal"),
        (Rehearsal(number=2), "points: differ in 2"),
        (Rehearsal(title="Other"), "scenarios: differ in dice"),
    ],
)
def test_another_campaign_is_refused(whole, study, said):
    """Each difference is said."""
    with pytest.raises(StoreError, match=r"holds the trials of another campaign(?s:.*)" + said):
        conducted(whole, study)


@pytest.mark.parametrize("key", ["farwatch", "kernels", "packages"])
def test_another_version_is_refused(tmp_path, key):
    """Version, kernels and packages must agree: each can change a bit."""
    conducted(tmp_path, Rehearsal(goal=8))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest[key] = {"numba": "0.1"} if key == "packages" else "0.0.1"
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match=f"{key}: "):
        conducted(tmp_path, Rehearsal(goal=8))


@pytest.mark.parametrize(
    "name", ["letter.txt", "trials/part-000099.parquet", "pending/unit-000009-00000000-8.rows", "goals/notes.json"]
)
def test_a_foreign_file_is_named(tmp_path, name):
    """A file that does not belong is refused with its name, and left alone."""
    conducted(tmp_path, Rehearsal(goal=8))
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(StoreError, match=name):
        conducted(tmp_path, Rehearsal(goal=8))
    assert (tmp_path / name).exists()


@pytest.mark.parametrize("points", [["x"], [{}], "x", [{"number": "1", "label": [], "scenario": 1}]])
def test_damaged_points_are_said(tmp_path, points):
    """Whatever stands in their place: an error that says so, and no fault of the program's."""
    conducted(tmp_path, Rehearsal(goal=8))
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"points": points}))
    with pytest.raises(StoreError, match="no usable 'points'"):
        status(tmp_path)


def test_a_foreign_folder_is_refused(tmp_path):
    """A folder with something else in it, and a file, are no campaign folders."""
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match=r"does not belong to this campaign: letter\.txt"):
        conducted(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(StoreError, match="cannot be used"):
        conducted(tmp_path / "letter.txt")
    with pytest.raises(StoreError, match=r"it has no manifest\.json"):
        stored(tmp_path / "nowhere", ())


@pytest.mark.parametrize("table", ["trials", "groups", "rounds", "figures"])
def test_a_part_that_was_cut_is_named(tmp_path, table):
    """A part that lost its end is refused with its name; removed, its trials are played again."""
    conducted(tmp_path, Rehearsal(goal=64))
    path = tmp_path / table / "part-000001.parquet"
    whole_file = path.read_bytes()
    path.write_bytes(whole_file[: len(whole_file) // 2])
    with pytest.raises(StoreError, match=rf"{table}/part-000001\.parquet is cut short.*remove it and continue"):
        conducted(tmp_path, Rehearsal(goal=64))
    path.unlink()
    conducted(tmp_path, Rehearsal(goal=64))
    assert path.read_bytes() == whole_file


def test_a_pending_unit_that_was_cut_is_named(tmp_path):
    """A unit's file that lost its end is refused with its name, whatever is left of it."""
    stopped(tmp_path)
    path = sorted((tmp_path / "pending").iterdir())[0]
    data = path.read_bytes()
    for left in (0, 1, data.index(b"\n") + 1, len(data) - 1):
        path.write_bytes(data[:left])
        with pytest.raises(StoreError, match=f"{path.name} is cut short"):
            conducted(tmp_path)
    path.unlink()
    assert conducted(tmp_path).finished


def stopped(folder):
    """A campaign that a defect has ended, with units pending."""

    def broken(order):
        if (order.point, order.first) == (0, 80):
            raise ZeroDivisionError
        return play_fake(order)

    with pytest.raises(ZeroDivisionError):
        conducted(folder, play=broken, count=1)


def test_pending_trials_are_read(whole, tmp_path):
    """An unfinished folder gives the trials that it has, those in no part yet as well."""
    stopped(tmp_path)
    some, all_of_them = stored(tmp_path, ("leaked",)), stored(whole, ("leaked",))
    assert not some.finished
    assert some.count(0) == 80
    for name in ("leaked", "shots", "91n6e.range_m"):
        np.testing.assert_array_equal(some.column(0, name), all_of_them.column(0, name)[:80])


def test_unfinished_files_are_tidied_away(tmp_path):
    """What a killed process was writing is gone after the next run."""
    stopped(tmp_path)
    (tmp_path / "pending" / "unit-000000-00000008-8.rows.partial").write_bytes(b"half")
    (tmp_path / "trials" / "part-000000.parquet.partial").write_bytes(b"half")
    conducted(tmp_path)
    assert not list(tmp_path.rglob("*.partial"))


def test_the_manifest_is_plain(whole):
    """Valid JSON with what is needed to play again, without a path of this machine."""
    text = (whole / "manifest.json").read_text()
    manifest = json.loads(text)
    assert str(ROOT) not in text
    assert "NaN" not in text
    assert {"farwatch", "kernels", "packages", "plan_digest", "inputs", "seed", "points"} <= set(manifest)
    assert manifest["points"][1]["changes"] == {"doctrine.shots_per_look": 2}


def test_others_read_the_files(whole):
    """pyarrow and pandas read the dataset as it is: one row per point and trial."""
    dataset = pytest.importorskip("pyarrow.dataset")
    table = dataset.dataset(whole / "trials").to_table()
    assert len(table) == sum(stored(whole, ()).count(point) for point in range(3))
    assert len(set(zip(table["point"].to_pylist(), table["trial"].to_pylist(), strict=True))) == len(table)
    pandas = pytest.importorskip("pandas")
    assert len(pandas.read_parquet(whole / "groups")) == 2 * len(table)
    points = pandas.read_parquet(whole / "points.parquet")
    assert points["doctrine.shots_per_look"].tolist() == [1, 2, 3]
    assert points["label"].tolist() == ["1 shots", "2 shots", "3 shots"]
