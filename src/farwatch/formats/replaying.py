"""A trial, or a recording, told again: written for other programs, or sent over UDP at its own pace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from farwatch.errors import InputError, Problem
from farwatch.formats import forms
from farwatch.formats.choosing import only
from farwatch.formats.converting import dated, write
from farwatch.formats.scene import TRACK, Scene

UDP = "udp://"
SENT = ("asterix", "dis")
"""Forms that go over UDP."""

DEFAULT_SUFFIX = {"dis": ".dis.pcap", "asterix": ".ast", "acmi": ".acmi", "table": ".csv"}
"""Suffixes of files that are named after a form; of other forms the first of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """What is to be told, and where: `to` is a form, a file, or an address `udp://HOST:PORT`.

    scene: None where a recording of ASTERIX is sent over UDP: its datagrams go out as they were recorded.
    """

    name: str
    to: str
    scene: Scene | None
    recording: Path | None = None
    simulated: bool = False
    """Whether ASTERIX marks plots and tracks as simulated."""

    @property
    def goes_out(self) -> bool:
        """Whether it is sent, not written."""
        return self.to.startswith(UDP)

    def write(self) -> list[Path]:
        """Write the file, named after the source where only a form was given; the files written."""
        assert self.scene is not None
        if self.to in forms.FORMS:
            suffix = DEFAULT_SUFFIX.get(self.to, forms.FORMS[self.to].suffixes[0])
            return write(self.scene, Path(f"{self.name}{suffix}"), self.to)
        return write(self.scene, Path(self.to))

    def about(self, form: str) -> list[str]:
        """What whoever listens must know: categories, and which source has which code."""
        if form != "asterix" or self.scene is None:
            return []
        from farwatch.formats.asterix_writing import codes_of

        codes = codes_of(self.scene, self._feed())
        named = ", ".join(f"{name} {sac}/{sic}" for name, (sac, sic) in codes.items())
        return ["CAT048 and CAT034 of each radar, CAT062 and CAT065 of the picture", f"SAC/SIC: {named}"]

    def _feed(self) -> Any:
        """What of the scene goes out: plots and tracks where there are any, else the targets themselves."""
        from farwatch.formats.asterix_writing import PLOTS, TARGETS, TRACKS, Feed

        assert self.scene is not None
        kinds = {thing.kind for thing in self.scene.things}
        there = [PLOTS] * bool(self.scene.plots.size) + [TRACKS] * (TRACK in kinds)
        return Feed(what=tuple(there or [TARGETS]), simulated=self.simulated)

    def datagrams(self, form: str) -> Iterator[tuple[float, bytes]]:
        """Time (s) and bytes of each datagram. InputError for a form that is not sent."""
        if form not in SENT:
            raise InputError("command line", [Problem("--send", form, f"must be {' or '.join(SENT)}")])
        if self.recording is not None:
            from farwatch.formats.resending import recorded_datagrams

            return recorded_datagrams(self.recording)
        assert self.scene is not None
        if form == "dis":
            from farwatch.formats import dis

            return dis.datagrams(self.scene)
        from farwatch.formats import asterix_writing

        return asterix_writing.datagrams(self.scene, self._feed())


def is_recorded(source: str) -> bool:
    """Whether a source is a recorded file, not a run and not a scenario."""
    place = Path(source)
    return place.is_file() and place.suffix.lower() not in {".yaml", ".yml"}


def told_again(
    source: str,
    to: str,
    what: tuple[str, ...] = (),
    epoch: datetime | None = None,
    play: Callable[[], Scene] | None = None,
) -> Told:
    """What a source holds, made ready to be written or sent. InputError for what cannot be read or written.

    source: a recorded file, or the name of what `play` plays: the scene of a trial.
    """
    name = Path(source).name.split(".")[0]
    if not to.startswith(UDP):  # refused before the work, not after
        forms.writer(to if to in forms.FORMS else forms.write_form(to))
    if play is not None:
        return Told(name=name, to=to, scene=only(dated(play(), epoch), what))
    form = forms.read_form(source)
    if to.startswith(UDP) and form == "asterix" and not what:
        return Told(name=name, to=to, scene=None, recording=Path(source))
    return Told(name=name, to=to, scene=only(dated(forms.read(source, form), epoch), what))
