"""The logbook of a traced trial: entries are what was handed in, rows that do not fit are counted, watching is free."""

from dataclasses import replace

import numpy as np
import pytest

from farwatch import mission
from farwatch.campaign.retelling import retell
from farwatch.errors import InputError, StoreError
from farwatch.logbook import (
    EVENTS,
    NONE,
    PLOTS,
    STATES,
    new_log,
    note,
    note_load,
    note_plots,
    note_shot,
    note_shots,
    note_states,
)
from farwatch.records import CLASS, CONFIRMED, E_KILL, E_LAUNCH, E_LOAD, PLOT, RADAR, SHOT
from farwatch.track.follow import write_state
from farwatch.track.prepare import new_picture, settings


def same(one, other):
    """Whether two tables of records hold the same values; padding between fields holds anything."""
    return one.size == other.size and all(np.array_equal(one[n], other[n], equal_nan=True) for n in one.dtype.names)


def test_an_event_is_kept_as_it_was_noted():
    """`note` writes its arguments into the next row, and nothing where there is no room."""
    log, place = new_log(events=1), np.array([1.0, 2.0, 3.0])
    for serial in (7, 8):
        note(log, 4.0, E_KILL, 5, 6, serial, place, 0.5)
    row = log.events[0]
    assert log.rows[EVENTS] == 1
    assert row.tolist() == (4.0, int(E_KILL), 5, 6, 7, 1.0, 2.0, 3.0, 0.5)


def test_shots_and_loads_tell_where_and_who():
    """`note_shot` tells victim before aim, `note_shots` the last launches, `note_load` the radar's own place."""
    shots, radar = np.zeros(3, SHOT), np.zeros(1, RADAR)
    shots["launch_s"], shots["intercept_s"], shots["round_index"] = [1, 2, 3], [11, 12, 13], [0, 1, 2]
    shots["victim"], shots["aimed_truth"], shots["x_m"] = [-1, 9, -1], [4, 5, 6], [10, 20, 30]
    radar["x_m"] = 40.0
    log = new_log(events=8)
    note_shots(shots, 3, 2, log)
    note_shot(log, 14.0, E_KILL, shots[1], 77.0)
    note_load(radar[0], 2, 0.8, 15.0, log)
    kept = log.events[: log.rows[EVENTS]]
    assert kept["time_s"].tolist() == [2.0, 3.0, 14.0, 15.0]
    assert kept["kind"].tolist() == [int(E_LAUNCH), int(E_LAUNCH), int(E_KILL), int(E_LOAD)]
    assert kept["who"].tolist() == [1, 2, 1, 2]
    assert kept["whom"].tolist() == [9, 6, 9, int(NONE)]
    assert kept["value"].tolist() == [12.0, 13.0, 77.0, 0.8]
    assert kept["x_m"].tolist() == [20.0, 30.0, 20.0, 40.0]
    silent = new_log()
    note_shot(silent, 14.0, E_KILL, shots[1], 77.0)
    note_load(radar[0], 2, 0.8, 15.0, silent)
    assert silent.rows.tolist() == [0, 0, 0]


def test_plots_that_do_not_fit_are_counted():
    """`note_plots` copies as many as there is room for, and counts them all."""
    plots = np.zeros(5, PLOT)
    plots["range_m"] = np.arange(5.0)
    log = new_log(plots=4)
    note_plots(plots, 3, log)
    note_plots(plots, 3, log)
    assert log.rows[PLOTS] == 6
    assert log.plots["range_m"].tolist() == [0.0, 1.0, 2.0, 0.0]


def test_only_confirmed_tracks_that_were_updated_are_kept():
    """`note_states` keeps a track as `write_state` gives it, if it is confirmed and a plot came in the slice."""
    picture = new_picture(settings(), 1, np.zeros(0, CLASS), (4, 4))
    picture.counters[:] = 4
    picture.tracks["status"] = [CONFIRMED, CONFIRMED, 1, CONFIRMED]
    picture.tracks["hit_s"], picture.tracks["serial"] = [9.0, 4.0, 9.0, 8.0], [1, 2, 3, 4]
    picture.tracks["mean"] = np.arange(24.0).reshape(4, 6)
    picture.tracks["weight"] = 0.5
    log, twin = new_log(states=1), new_log(states=1)
    note_states(picture, 5.0, 10.0, log)
    write_state(picture.tracks[0], 10.0, twin.states[0], picture.tracker[0])
    assert log.rows[STATES] == 2
    for name in ("time_s", "serial", "x_m", "vz_m_s"):
        assert log.states[0][name] == twin.states[0][name]
    assert log.states[0]["existence_probability"] == 0.5


def test_a_trial_told_again_is_the_trial(plain, monkeypatch):
    """`trace` gives the bits of `play`, however small its log was at first, with as many plots as were counted."""
    ready = mission.prepare(plain)
    block = mission.play(ready, 9, 2, 1, trace=True)
    told = mission.trace(ready, 9, 2)
    monkeypatch.setattr(mission, "PLOT_ROWS", 1)
    monkeypatch.setattr(mission, "STATE_ROWS", 1)
    again = mission.trace(ready, 9, 2)
    for one in (told, again):
        assert one.block.outcomes.tobytes() == block.outcomes.tobytes()
        assert one.block.rounds_fired.tobytes() == block.rounds_fired.tobytes()
        assert same(one.block.events, block.events)
        assert one.plots.size == block.tallies["plots"][0]
    assert same(told.plots, again.plots)
    assert told.states.size > 10
    assert (np.diff(told.states["time_s"]) >= 0.0).all()


def test_a_run_is_told_again_only_as_it_was(plain, tmp_path):
    """`retell` plays what a run has stored; another trial, or a run that would go otherwise, is refused."""
    from farwatch.campaign import load_result, run

    run(plain, trials=3, seed=5, threads=1, out=tmp_path / "run")
    stored = load_result(tmp_path / "run")
    told = retell(stored, 2)
    assert told.traced.block.outcomes[0].tobytes() == stored.evidence.outcomes[2].tobytes()
    with pytest.raises(InputError, match="must be from 0 to 2"):
        retell(stored, 3)
    gap = np.array([0, 2])  # as blocks end in any order, a run that was stopped may lack trials in the middle
    stored = replace(stored, evidence=replace(stored.evidence, trials=gap, outcomes=stored.evidence.outcomes[gap]))
    assert retell(stored, 2).traced.block.outcomes[0].tobytes() == told.traced.block.outcomes[0].tobytes()
    with pytest.raises(InputError, match="one of the 2 that were played; the last of them is 2"):
        retell(stored, 1)
    stored.evidence.outcomes["shots"] += 1
    with pytest.raises(StoreError, match="does not go as it is stored"):
        retell(stored, 2)
