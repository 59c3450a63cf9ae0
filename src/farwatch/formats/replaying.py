"""A trial, or a recording, told again: written for other programs, or sent over UDP at its own pace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from farwatch.errors import InputError, Problem
from farwatch.formats import forms
from farwatch.formats.choosing import only, words_of
from farwatch.formats.converting import Written, dated, feed_of, write
from farwatch.formats.scene import Scene

UDP = "udp://"
SENT = ("asterix", "dis")
"""Forms that go over UDP."""

DEFAULT_SUFFIX = {"dis": ".dis.pcap", "asterix": ".ast", "acmi": ".acmi", "table": ".csv", "plots": ".plots.csv"}
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

    def write(self) -> Written:
        """Write the file, named after the source where only a form, or a suffix, was given; what was written."""
        assert self.scene is not None
        if _is_path(self.to):
            return write(self.scene, Path(self.to))
        form = forms.named(self.to, "--to", reading=False)
        suffix = DEFAULT_SUFFIX.get(form, forms.FORMS[form].suffixes[0])
        return write(self.scene, Path(f"{self.name}{suffix if self.to == form else f'.{self.to}'}"), form)

    def about(self, form: str) -> list[str]:
        """What whoever listens must know: categories, and which source has which code."""
        if form != "asterix" or self.scene is None:
            return []
        from farwatch.formats.asterix_writing import WHAT, codes_of

        codes = codes_of(self.scene, self._feed())
        named = ", ".join(f"{name} {sac}/{sic}" for name, (sac, sic) in codes.items())
        return [WHAT[word] for word in self._feed().what] + [f"SAC/SIC: {named}"]

    def _feed(self) -> Any:
        """What of the scene goes out."""
        assert self.scene is not None
        return feed_of(self.scene, self.simulated)

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


def _is_path(to: str) -> bool:
    """Whether a place to write is a file, not a bare form or suffix."""
    bare = {*forms.FORMS, *(suffix[1:] for form in forms.FORMS.values() for suffix in form.suffixes)}
    return to not in bare and any(sign in to for sign in "./\\")


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
        forms.writer(forms.write_form(to) if _is_path(to) else to)
    words_of(what)
    if play is not None:
        return Told(name=name, to=to, scene=only(dated(play(), epoch), what))
    form = forms.read_form(source)
    if to.startswith(UDP) and form == "asterix" and not what:
        return Told(name=name, to=to, scene=None, recording=Path(source))
    return Told(name=name, to=to, scene=only(dated(forms.read(source, form), epoch), what))
