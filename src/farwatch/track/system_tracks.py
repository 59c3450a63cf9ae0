"""One system picture from the track files of several radars: track-to-track fusion with numbers that stay.

At each system time every radar's live tracks are carried there in a straight line. A track that is new joins the system
track it fits, if that has none of its radar, else starts one. System tracks that agree become one under the older
number; a member that disagrees for long leaves. Members are fused by covariance intersection, so the result is never
surer than they justify, although all of them bet on the same motion of the target.

Sources: see `fusion`; Blackman and Popoli, "Design and Analysis of Modern Tracking Systems", ch. 9 (architectures).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.records import STATE
from farwatch.track.fusion import associate, distance2, fuse_independent, intersect, vector
from farwatch.track.motion_models import NOISE_TIME_S

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusing:
    """How track files are fused."""

    step_s: float | None = None
    """Time between two system pictures; None: one whenever a radar puts out its tracks."""
    gate: float = 22.5
    """Chi-square (6 numbers) within which two tracks are of one target."""
    part_threshold: float = 40.0
    """Chi-square beyond which they are not."""
    merge_after: int = 2
    part_after: int = 4
    """Pictures in a row that two tracks must agree to become one, and disagree to part."""
    memory_s: float = 20.0
    """A system track without members is kept, unseen, so that a radar's new track may take it up."""
    acceleration_m_s2: float = 1.0
    """Pushes (lasting 4 s) that carrying a track to the system time allows for."""
    independent: bool = False
    """Fuse as if the radars' errors were independent: sharper, and too sure."""


@dataclass(slots=True, eq=False)
class _System:
    """One system track: which track of each radar it holds."""

    number: int
    members: dict[int, int]
    born_s: float
    state: np.ndarray  # STATE[1], as of the last picture it was in
    agreed: dict[int, int] = field(default_factory=dict)  # system track -> pictures in a row
    parted: dict[int, int] = field(default_factory=dict)  # radar -> pictures in a row


def fuse(states_by_sensor: Sequence[np.ndarray], options: Fusing | None = None) -> np.ndarray:
    """System picture STATE[] from the track file (STATE[], any order) of each radar, in order of time and number.

    `serial` is the system's own number, from 0 on. All files are in one mission frame, registered before. Raises
    InputError where a file has another record type or a time that is not finite.
    """
    chosen = Fusing() if options is None else options
    _check(states_by_sensor)
    files = [states[np.lexsort((states["serial"], states["time_s"]))] for states in states_by_sensor]
    heard = [_Heard.of(states) for states in files]
    systems: list[_System] = []
    rows, count = [], 0
    for time_s in _times(files, chosen):
        live = [one.at(time_s, chosen) for one in heard]
        _forget(systems, live, time_s, chosen)
        _part(systems, live, chosen)
        count = _join(systems, live, time_s, chosen, count)
        _fuse_members(systems, live, time_s, chosen)
        if _merge(systems, live, chosen):
            _fuse_members(systems, live, time_s, chosen)
        seen = [system for system in systems if system.members]
        rows += [system.state for system in sorted(seen, key=lambda s: s.number)]
    return np.concatenate(rows) if rows else np.zeros(0, STATE)


def _check(files: Sequence[np.ndarray]) -> None:
    problems = []
    for i, states in enumerate(files):
        if states.dtype != STATE:
            problems.append(Problem(f"states_by_sensor[{i}]", str(states.dtype), "must have the record type STATE"))
        elif not np.isfinite(states["time_s"]).all():
            problems.append(Problem(f"states_by_sensor[{i}].time_s", "", "must be finite"))
    if problems:
        raise InputError("states_by_sensor", problems)


def _times(files: list[np.ndarray], options: Fusing) -> Floats:
    every = np.unique(np.concatenate([states["time_s"] for states in files])) if files else np.zeros(0)
    if options.step_s is None or every.size == 0:
        return every
    return np.asarray(np.arange(every[0], every[-1] + 1e-9, options.step_s))


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """One radar's track file, batch by batch."""

    states: np.ndarray
    time_s: Floats  # f8[b], of its batches
    edges: NDArray[np.int64]  # i8[b + 1]
    patience_s: float  # a batch older than this is no picture any more

    @classmethod
    def of(cls, states: np.ndarray) -> "_Heard":
        time_s, first = np.unique(states["time_s"], return_index=True)
        usual_s = float(np.median(np.diff(time_s))) if time_s.size > 1 else inf
        return cls(states, time_s, np.append(first, states.size), 2.5 * usual_s)

    def at(self, time_s: float, options: Fusing) -> dict[int, np.ndarray]:
        """Its tracks of the last batch, by serial, carried to `time_s`."""
        b = int(np.searchsorted(self.time_s, time_s, side="right")) - 1
        if b < 0 or time_s - self.time_s[b] > self.patience_s:
            return {}
        batch = carried(self.states[self.edges[b] : self.edges[b + 1]], time_s, options.acceleration_m_s2)
        return {int(serial): batch[i : i + 1] for i, serial in enumerate(batch["serial"])}


def carried(states: np.ndarray, time_s: float, acceleration_m_s2: float) -> np.ndarray:
    """STATE[n] at `time_s`: a straight line, covariance grown by pushes of this deviation (m/s2) that last 4 s."""
    moved = states.copy()
    dt = time_s - states["time_s"]
    step = np.broadcast_to(np.eye(6), (states.size, 6, 6)).copy()
    density = 2.0 * acceleration_m_s2**2 * NOISE_TIME_S
    noise = np.zeros((states.size, 6, 6))
    for i, name in enumerate(("x_m", "y_m", "z_m")):
        moved[name] = states[name] + dt * states[f"v{name[0]}_m_s"]
        step[:, i, i + 3] = dt
        noise[:, i, i], noise[:, i + 3, i + 3] = density * abs(dt) ** 3 / 3.0, density * abs(dt)
        noise[:, i, i + 3] = noise[:, i + 3, i] = density * dt * abs(dt) / 2.0
    moved["covariance"] = step @ states["covariance"] @ np.swapaxes(step, -1, -2) + noise
    moved["time_s"] = time_s
    moved["position_sigma_m"] = _sigma(moved["covariance"])
    return moved


def _sigma(covariance: Floats) -> Floats:
    return np.asarray(np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1)[..., :3].max(axis=-1)))


Live = list[dict[int, np.ndarray]]


def _forget(systems: list[_System], live: Live, time_s: float, options: Fusing) -> None:
    """Members that their radar has dropped leave; a system track without any is remembered for a while."""
    for system in systems:
        system.members = {r: serial for r, serial in system.members.items() if serial in live[r]}
    systems[:] = [s for s in systems if s.members or time_s - float(s.state["time_s"][0]) <= options.memory_s]


def _part(systems: list[_System], live: Live, options: Fusing) -> None:
    """A member that disagrees with the others for long leaves, and will look for another system track."""
    for system in systems:
        if len(system.members) < 2:
            system.parted.clear()
            continue
        states = {r: live[r][serial] for r, serial in system.members.items()}
        eldest = min(states, key=lambda r: (float(states[r]["confirmed_s"][0]), r))
        for r in [r for r in states if r != eldest]:
            apart = float(distance2(states[r], states[eldest])[0])
            system.parted[r] = system.parted.get(r, 0) + 1 if apart > options.part_threshold else 0
            if system.parted[r] >= options.part_after:
                del system.members[r], system.parted[r]


def _join(systems: list[_System], live: Live, time_s: float, options: Fusing, count: int) -> int:
    """Tracks without a system track join one that has none of their radar, else start one; returns the next number."""
    for r, tracks in enumerate(live):
        owned = {system.members[r] for system in systems if r in system.members}
        lone = [serial for serial in tracks if serial not in owned]
        open_ = [system for system in systems if r not in system.members]
        if lone and open_:
            ours = np.concatenate([_now(system, live, time_s, options) for system in open_])
            theirs = np.concatenate([tracks[serial] for serial in lone])
            pairs = list(zip(*(side.tolist() for side in associate(theirs, ours, options.gate)), strict=True))
            for i, j in pairs:
                open_[j].members[r] = lone[i]
            taken = {i for i, _ in pairs}
            lone = [serial for i, serial in enumerate(lone) if i not in taken]
        for serial in lone:
            systems.append(_System(count, {r: serial}, time_s, tracks[serial].copy()))
            count += 1
    return count


def _now(system: _System, live: Live, time_s: float, options: Fusing) -> np.ndarray:
    """Its surest member now, or what is remembered of it, STATE[1]."""
    states = [live[r][serial] for r, serial in system.members.items()]
    if not states:
        return carried(system.state, time_s, options.acceleration_m_s2)
    return min(states, key=lambda state: float(state["position_sigma_m"][0]))


def _fuse_members(systems: list[_System], live: Live, time_s: float, options: Fusing) -> None:
    """The state of each system track that has members, one radar after the other over all of them at once."""
    held = [system for system in systems if system.members]
    if not held:
        return
    lists = [[live[r][serial] for r, serial in sorted(system.members.items())] for system in held]
    mean = np.concatenate([vector(states[0]) for states in lists])
    covariance = np.concatenate([states[0]["covariance"] for states in lists])
    for depth in range(1, max(map(len, lists))):
        rows = [i for i, states in enumerate(lists) if len(states) > depth]
        other = np.concatenate([lists[i][depth] for i in rows])
        how = fuse_independent if options.independent else intersect
        fused = how(mean[rows], covariance[rows], vector(other), other["covariance"])
        mean[rows], covariance[rows] = fused.mean, fused.covariance
    for i, system in enumerate(held):
        system.state = _told(system, np.concatenate(lists[i]), time_s)
        for k, name in enumerate(("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")):
            system.state[name] = mean[i, k]
        system.state["covariance"], system.state["position_sigma_m"] = covariance[i], _sigma(covariance[i])


def _told(system: _System, members: np.ndarray, time_s: float) -> np.ndarray:
    """What else the picture says of a system track: from the member last hit, and the best of each."""
    state = members[int(np.argmax(members["hit_s"])) :][:1].copy()
    state["serial"], state["time_s"] = system.number, time_s
    state["existence_probability"] = members["existence_probability"].max()
    state["hit_s"] = members["hit_s"].max()
    state["born_s"], state["confirmed_s"] = members["born_s"].min(), members["confirmed_s"].min()
    for name in ("mode_a", "address"):
        if not state[name][0]:
            state[name] = members[name].max()
    return state


def _merge(systems: list[_System], live: Live, options: Fusing) -> bool:
    """System tracks of different radars that agree for long enough become one, under the older number; whether any."""
    merged = False
    seen = sorted((s for s in systems if s.members), key=lambda s: s.number)
    radars = range(len(live))
    for r, q in [(r, q) for r in radars for q in radars if r < q]:
        first = [s for s in seen if r in s.members and q not in s.members]
        second = [s for s in seen if q in s.members and r not in s.members]
        if not first or not second:
            continue
        i, j = associate(np.concatenate([live[r][s.members[r]] for s in first]),
                         np.concatenate([live[q][s.members[q]] for s in second]), options.gate)  # fmt: skip
        for a, b in ((first[m], second[n]) for m, n in zip(i, j, strict=True)):
            older, younger = (a, b) if a.number < b.number else (b, a)
            older.agreed = {younger.number: older.agreed.get(younger.number, 0) + 1}
            apart = older.members.keys().isdisjoint(younger.members)
            if older.agreed[younger.number] >= options.merge_after and apart:
                older.members.update(younger.members)
                younger.members = {}
                younger.state["time_s"] = -inf  # forgotten at the next picture
                older.agreed, merged = {}, True
    return merged


__all__ = ["Fusing", "carried", "fuse"]
