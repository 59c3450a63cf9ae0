"""The command line of other people's formats: convert, forms and replay; what they print, write and refuse."""

import json
import zipfile
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from typer.testing import CliRunner

from farwatch import cli_formats
from farwatch.cli import app
from farwatch.formats import acmi_reading, forms, kml_reading, motion_table
from farwatch.formats.asterix_scene import read as read_asterix
from farwatch.formats.scene import Scene, Thing
from naive.small_raid import rows, small_raid
from naive.small_sight import small_sight

TABLE = "time_s,flight,lat_deg,lon_deg,height_m\n0,a,47.0,8.0,100\n10,a,47.01,8.0,110\n"
SUFFIXES = [("nc", "netcdf"), ("parquet", "table"), ("csv.gz", "table"), ("kmz", "kml")]
WRITTEN = sorted(name for name, form in forms.FORMS.items() if form.writes)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def table(tmp_path):
    """A table of motion: one flight at two places."""
    path = tmp_path / "flights.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def plots(run, tmp_path, monkeypatch):
    """A recording of plots alone."""
    monkeypatch.setattr(cli_formats, "_trial", lambda *_: small_sight())
    assert run("replay", "desert-battery", "--to", "plots.ast", "--what", "plots").exit_code == 0
    return tmp_path / "plots.ast"


@pytest.fixture
def trial(monkeypatch):
    """What `replay` plays is the small raid; which trial, seed and step were asked for is kept."""
    asked = []

    def played(*words):
        asked.append(words)
        return small_raid(None)

    monkeypatch.setattr(cli_formats, "_trial", played)
    return asked


def refused(found, *words):
    """Whether a command was refused in a sentence with these words, with code 2 and no trace."""
    assert found.exit_code == 2, found.output
    assert "Traceback" not in found.output
    for word in words:
        assert word in found.output, found.output
    return True


# forms ------------------------------------------------------------------------------------------------------


def test_forms_names_every_form_with_its_suffixes(run):
    """Each form has a line that says which way it goes, by which suffixes it is told, and what opens it."""
    found = run("forms")
    assert found.exit_code == 0
    lines = {line.split()[0]: line for line in found.output.splitlines() if line.strip()}
    assert set(forms.FORMS) <= set(lines)
    for name, form in forms.FORMS.items():
        assert all(suffix in lines[name] for suffix in form.suffixes)
        assert ("in and out" in lines[name]) == bool(form.reads and form.writes)
    assert "Tacview" in lines["acmi"]


# convert ----------------------------------------------------------------------------------------------------


def test_a_chain_of_conversions_keeps_places_and_times(run, table, tmp_path):
    """Through six forms, two of them packed: the same flight at the same places, to the step of the coarsest."""
    chain = [table, *(tmp_path / f"f{suffix}" for suffix in (".parquet", ".kmz", ".czml", ".zip.acmi", ".nc", ".csv"))]
    for source, out in pairwise(chain):
        found = run("convert", source, out)
        assert found.exit_code == 0, found.output
        assert f"wrote {out}" in found.output
    first, last = motion_table.read(table), motion_table.read(chain[-1])
    assert len(last.things) == 1
    for name, step in (("time_s", 1e-3), ("lat_deg", 1e-7), ("lon_deg", 1e-7), ("height_m", 0.06)):
        np.testing.assert_allclose(last.moves[name], first.moves[name], rtol=0, atol=step)


def test_it_says_what_opens_the_file_and_what_was_left_out(run, trial):
    """Of a trial a table has room for places only; the events that it lost are told, in their number."""
    assert "(for Tacview)" in run("replay", "desert-battery", "--to", "acmi").output
    assert "has no room: 3 events" in run("replay", "desert-battery", "--to", "table").output


def test_packed_forms_are_zip_archives_and_the_same_each_time(run, table, tmp_path):
    """Google Earth and Tacview unpack what ends in .kmz and .zip.acmi, so a zip archive it must be."""
    for name, inner in (("f.kmz", "doc.kml"), ("f.zip.acmi", "f.acmi")):
        contents = []
        for _ in range(2):
            assert run("convert", table, name).exit_code == 0
            contents.append((tmp_path / name).read_bytes())
        assert contents[0] == contents[1]
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert archive.namelist() == [inner]


def test_pressure_altitudes_stay_marked_in_kml_czml_and_acmi(run, tmp_path):
    """A height of a barometer must not turn into one above the sea by a detour; codes stay too."""
    thing = Thing(key="3c6444", address=0x3C6444, mode_a=0o1234, pressure=True)
    moves = rows(0, np.array([0.0, 10.0]), [47.0, 47.1], 8.0, 9000.0)
    motion_table.write(tmp_path / "p.csv", Scene(source="made", things=(thing,), moves=moves))
    for suffix in (".kml", ".czml", ".acmi"):
        assert run("convert", "p.csv", f"q{suffix}").exit_code == 0
        read = forms.read(tmp_path / f"q{suffix}").things[0]
        assert (read.pressure, read.address, read.mode_a) == (True, 0x3C6444, 0o1234), suffix


def test_acmi_removes_a_thing_after_its_last_place(tmp_path, run):
    """Where times are rounded a removal may not stand before the last place: a viewer would show a second thing."""
    motion_table.write(tmp_path / "m.csv", Scene(
        source="made", things=(Thing(key="a"),), moves=rows(0, np.array([0.0, 9.197584]), [47.0, 47.1], 8.0, 100.0),
    ))  # fmt: skip
    assert run("convert", "m.csv", "m.acmi").exit_code == 0
    lines = (tmp_path / "m.acmi").read_text(encoding="utf-8-sig").splitlines()
    assert lines[-1] == "-1"
    assert len(acmi_reading.read(tmp_path / "m.acmi").things) == 1


def test_plots_become_a_table_with_sensors_beside_it(run, plots, tmp_path):
    """A recording of plots gives the table that the tracker takes, and both files are named."""
    found = run("convert", plots, "p.csv")
    assert found.exit_code == 0, found.output
    assert "wrote p.csv (for farwatch track)" in found.output
    assert "wrote p.sensors.yaml" in found.output
    assert (tmp_path / "p.sensors.yaml").is_file()


@pytest.mark.parametrize("suffix", [".kml", ".czml", ".acmi", ".geojson", ".dis", ".nc", ".arrow", ".geoparquet"])
def test_a_form_without_room_for_plots_is_refused_not_left_empty(run, plots, tmp_path, suffix):
    """Nothing is written, and the way out is told."""
    assert refused(run("convert", plots, f"x{suffix}"), "has no room for", "plots", "farwatch track")
    assert not (tmp_path / f"x{suffix}").exists()


def test_targets_alone_go_out_as_system_tracks(run, table, tmp_path):
    """To a file as to the network: where there are neither plots nor tracks, the truth is CAT062."""
    assert run("convert", table, "t.ast").exit_code == 0
    assert read_asterix(tmp_path / "t.ast").moves.size > 0


def test_a_date_is_given_to_a_source_without_one(run, table, tmp_path):
    """With its zone; what the file says is in UTC. A source that has a date keeps it."""
    assert run("convert", table, "d.csv", "--epoch", "2030-05-01T06:00:00+02:00").exit_code == 0
    assert motion_table.read(tmp_path / "d.csv").epoch == datetime(2030, 5, 1, 4, tzinfo=UTC)
    assert refused(run("convert", "d.csv", "e.csv", "--epoch", "2031-01-01"), "--epoch", "without a date")


def test_parts_are_picked_by_word_also_with_commas(run, trial, tmp_path):
    """`all` is everything; several words may stand in one."""
    assert run("replay", "desert-battery", "--to", "a.csv", "--what", "all").exit_code == 0
    assert run("replay", "desert-battery", "--to", "b.csv", "--what", "targets,rounds").exit_code == 0
    kinds = {thing.kind for thing in motion_table.read(tmp_path / "b.csv").things}
    assert kinds == {"target", "round"}
    assert len(motion_table.read(tmp_path / "a.csv").things) == len(small_raid().things)


REFUSALS = {
    "a file that is not there": (["flight.csv", "x.kml"], ["does not exist", "flights.csv"]),
    "a folder as the source": ([".", "x.kml"], ["is a folder"]),
    "a folder to write": (["flights.csv", "sub"], ["is a folder"]),
    "itself": (["flights.csv", "flights.csv"], ["is the source itself"]),
    "a folder that is not there": (["flights.csv", "none/x.kml"], ["no folder none"]),
    "a suffix that tells nothing": (["flights.csv", "x.kmll"], [".kmll", "nearest: .kml"]),
    "a form that is only read": (["flights.csv", "x.gpx"], ["only read"]),
    "a suffix that is only read": (["flights.csv", "x.gps"], ["only read"]),
    "a form by a wrong name": (["flights.csv", "x.y", "--to", "acmy"], ["--to", "nearest: acmi"]),
    "a form that does not fit": (["flights.csv", "x.kml", "--from", "acmi"], ["FileType=text/acmi/tacview"]),
    "a part that is none": (["flights.csv", "x.kml", "--what", "target"], ["--what", "nearest: targets"]),
    "a part that is not there": (["flights.csv", "x.kml", "--what", "rounds"], ["it has targets"]),
    "no date": (["flights.csv", "x.kml", "--epoch", "yesterday"], ["--epoch", "2030-05-01T06:00:00Z"]),
    "a mapping that is not there": (["flights.csv", "x.kml", "--map", "m.yaml"], ["m.yaml"]),
    "an empty file": (["empty.csv", "x.kml"], ["is empty"]),
    "bytes of nothing": (["junk.json", "x.kml"], ["neither a table nor JSON"]),
    "a table without mapping": (["other.csv", "x.kml"], ["a, b", "--map"]),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_wrong_conversion_is_refused_in_a_sentence(run, table, tmp_path, what):
    """Each with code 2, the words that help, and nothing written."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "junk.json").write_bytes(bytes(range(128, 256)) * 9)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    before = sorted(path.name for path in tmp_path.iterdir())
    words, told = REFUSALS[what]
    assert refused(run("convert", *words), *told)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert table.read_text() == TABLE


def test_bytes_of_a_stranger_do_not_reach_the_terminal(run, tmp_path):
    """What a message quotes of a file is printable."""
    (tmp_path / "x.acmi").write_bytes(b"\x1b[31mred\x07" + bytes(99))
    found = run("convert", "x.acmi", "x.kml")
    assert refused(found, "FileType=text/acmi/tacview")
    assert all(c.isprintable() for c in found.output.replace("\n", ""))


# replay -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", WRITTEN)
def test_a_trial_goes_to_every_form_named_after_its_source(run, tmp_path, monkeypatch, form):
    """And the same trial gives the same bytes."""
    pytest.importorskip("pyarrow") if form == "arrow" else None
    monkeypatch.setattr(cli_formats, "_trial", lambda *_: small_sight())
    contents = []
    for _ in range(2):
        found = run("replay", "desert-battery", "--to", form)
        assert found.exit_code == 0, found.output
        names = [line.split()[1] for line in found.output.splitlines() if line.startswith("wrote")]
        assert all(name.startswith("desert-battery.") for name in names)
        contents.append([(tmp_path / name).read_bytes() for name in names])
    assert contents[0] == contents[1]
    assert all(contents[0])


def test_plots_and_motion_of_a_trial_have_files_of_their_own(run, tmp_path, monkeypatch):
    """`--to plots` does not write over what `--to table` wrote."""
    monkeypatch.setattr(cli_formats, "_trial", lambda *_: small_sight())
    assert run("replay", "desert-battery", "--to", "table").exit_code == 0
    before = (tmp_path / "desert-battery.csv").read_bytes()
    assert "desert-battery.plots.sensors.yaml" in run("replay", "desert-battery", "--to", "plots").output
    assert (tmp_path / "desert-battery.csv").read_bytes() == before


@pytest.mark.parametrize(("word", "name"), SUFFIXES)
def test_a_suffix_names_its_form(run, trial, tmp_path, word, name):
    """`--to nc` is as good as `--to netcdf`."""
    found = run("replay", "desert-battery", "--to", word)
    assert found.exit_code == 0, found.output
    assert forms.read_form(tmp_path / f"desert-battery.{word}") == name


def test_options_of_a_trial_are_passed_on(run, trial):
    """Which trial, with which seed, how often a target is placed."""
    words = ["--trial", "17", "--seed", "3", "--every", "2", "--epoch", "2030-05-01", "--what", "targets"]
    found = run("replay", "desert-battery", "--to", "k.kml", *words)
    assert found.exit_code == 0, found.output
    assert trial == [("desert-battery", 17, 3, 2.0)]
    scene = kml_reading.read("k.kml")
    assert scene.epoch == datetime(2030, 5, 1, tzinfo=UTC)
    assert {thing.kind for thing in scene.things} == {"target"}


def test_a_recording_is_told_again_without_a_mission(run, trial, table, tmp_path):
    """A recorded file is read, not played."""
    assert run("replay", table, "--to", "geojson").exit_code == 0
    assert not trial
    assert len(json.loads((tmp_path / "flights.geojson").read_text())["features"]) == 1


def test_datagrams_go_out_and_are_counted(run, table):
    """To a port of this machine where nobody listens; what goes out is told in words."""
    found = run("replay", table, "--to", "udp://127.0.0.1:9", "--speed", "1000")
    assert found.exit_code == 0, found.output
    assert "the truth as CAT062" in found.output
    assert "SAC/SIC: targets 0/255" in found.output
    assert "sent " in found.output


WRONG_REPLAYS = {
    "no such form": (["desert-battery", "--to", "acmy"], ["nearest: acmi"]),
    "no such suffix": (["desert-battery", "--to", "a.acmy"], ["nearest: .acmi"]),
    "only read": (["desert-battery", "--to", "gpx"], ["only read"]),
    "no port": (["desert-battery", "--to", "udp://127.0.0.1"], ["port from 1 to 65535"]),
    "a port out of range": (["desert-battery", "--to", "udp://127.0.0.1:99999"], ["port from 1 to 65535"]),
    "another scheme": (["desert-battery", "--to", "tcp://127.0.0.1:9"], ["must begin with udp://"]),
    "nothing that is sent": (["desert-battery", "--to", "udp://127.0.0.1:9", "--send", "acmi"], ["--send", "dis"]),
    "no part": (["desert-battery", "--to", "acmi", "--what", "planes"], ["--what"]),
    "no speed": (["desert-battery", "--to", "udp://127.0.0.1:9", "--speed", "0"], ["--speed"]),
    "a trial below 0": (["desert-battery", "--to", "acmi", "--trial", "-1"], ["--trial"]),
    "a trial of a recording": (["flights.csv", "--to", "acmi", "--trial", "3"], ["--trial", "recorded file"]),
    "a seed of a recording": (["flights.csv", "--to", "acmi", "--seed", "3"], ["--seed", "recorded file"]),
    "a folder that is no run": (["sub", "--to", "acmi"], ["holds no run", "farwatch run"]),
}


@pytest.mark.parametrize("what", WRONG_REPLAYS)
def test_a_wrong_replay_is_refused_before_anything_is_played(run, trial, table, tmp_path, what):
    """Each with code 2 and the words that help; no trial was played, nothing was written."""
    (tmp_path / "sub").mkdir()
    words, told = WRONG_REPLAYS[what]
    assert refused(run("replay", *words), *told)
    assert not trial
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flights.csv", "sub"]


def test_a_scenario_by_a_wrong_name_is_told_the_nearest(run):
    """Without any kernel being compiled for it."""
    assert refused(run("replay", "desert-batery", "--to", "acmi"), "desert-battery")
