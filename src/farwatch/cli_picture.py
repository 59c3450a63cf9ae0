"""The verb `farwatch picture`: listen, track, tell. It alone reads the wall clock and owns the terminal."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from farwatch.cli_terminal import console_of, say_compiling
from farwatch.errors import StoreError

if TYPE_CHECKING:
    from rich.console import Console

    from farwatch.formats.scene import Scene
    from farwatch.live.health import Health
    from farwatch.live.hearing import Readers
    from farwatch.live.service import Service, Told
    from farwatch.live.sources import Address

DAY_S = 86_400
REDRAW_S = 0.5
"""How often the table of a terminal is drawn anew."""

STDOUT = Path("-")

STATUS, STATUS_S = 65, 1.0
"""Category of status messages that go with the tracks, and the time between them."""


def picture(
    source: Annotated[
        list[str],
        typer.Option("--from", help="Where data arrive: udp://ADDRESS:PORT, a multicast group is joined. Repeatable."),
    ],
    sensor: Annotated[
        list[Path] | None,
        typer.Option("--sensor", "-s", help="YAML file of a sensor, for what the data do not tell of it. Repeatable."),
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Where tracks go, as ASTERIX CAT062: udp://... Repeatable.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="File of JSON lines that grows; - for standard output.")
    ] = None,
    for_s: Annotated[
        float | None, typer.Option("--for", min=0.0, help="Seconds to run; until Ctrl-C when left out.")
    ] = None,
) -> None:
    """Show the air picture as it happens: live radar and ADS-B data in, tracks out. It knows of no weapons."""
    from farwatch.live.service import Wall, health_of, running, service_of
    from farwatch.live.sources import addresses, listening
    from farwatch.live.tracker import warm

    listed, wanted = addresses(source, "--from"), addresses(to or [], "--to")
    begun = service_of(sensor or [], _readers())
    say_compiling(console_of(stderr=True), "picture.advance", "the tracker, half a minute")
    warm()
    wall = Wall(time.monotonic, _day_s, time.sleep)
    with ExitStack() as held:
        outlets = _Outlets(
            lines=held.enter_context(_lines(json)),
            send=held.enter_context(_tracks_to(wanted)),
            draw=held.enter_context(_screen(console_of(stderr=json == STDOUT))),
        )
        feed = held.enter_context(listening(listed, time.monotonic))
        start_s, stopped, service = time.monotonic(), False, begun
        try:
            for service, told in running(begun, feed, wall, inf if for_s is None else for_s):
                _tell(service, told, outlets)
        except KeyboardInterrupt:
            stopped = True
        health = health_of(service, feed.counts(), time.monotonic() - start_s, _day_s())
        health = replace(health, not_sent=outlets.counts["not sent"])
    _end(health, json)
    if stopped:
        raise typer.Exit(130)


@dataclass(frozen=True, slots=True, eq=False)
class _Outlets:
    """Where the picture goes."""

    lines: TextIO | None
    send: Callable[[float, "Scene"], int] | None
    draw: Callable[["Service", "Health | None", Sequence[str]], None]
    counts: Counter[str] = field(default_factory=Counter)


def _day_s() -> float:
    """Time of day, UTC, s."""
    return time.time() % DAY_S


def _readers() -> "Readers":
    """Who reads what is neither CAT048 nor CAT034."""
    from farwatch.formats.adsb_live import Listener
    from farwatch.live.hearing import Readers

    return Readers(adsb=lambda form: Listener(form=form))


def _tell(service: "Service", told: "Told", outlets: _Outlets) -> None:
    """Pass on what one step has to tell."""
    from farwatch.live.telling import json_lines, scenes_of

    if told.health is not None:
        told = told._replace(health=replace(told.health, not_sent=outlets.counts["not sent"]))
    if outlets.lines is not None:
        outlets.lines.writelines(f"{line}\n" for line in json_lines(told, service.air))
        outlets.lines.flush()
    if outlets.send is not None:
        for time_s, scene in scenes_of(told, service.air):
            outlets.counts["not sent"] += outlets.send(time_s, scene)
    outlets.draw(service, told.health, told.warnings)


def _end(health: "Health", json: Path | None) -> None:
    """The last summary, in the stream too."""
    from farwatch.live.telling import health_line, summary

    last = health_line(health, "end")
    if json == STDOUT:
        typer.echo(last)
    elif json is not None:
        with json.open("a", encoding="utf-8") as file:
            file.write(f"{last}\n")
    for line in summary(health):
        typer.echo(line, err=json == STDOUT)


@contextmanager
def _lines(json: Path | None) -> Iterator[TextIO | None]:
    """A stream for JSON lines; StoreError where a file cannot be written."""
    if json is None or json == STDOUT:
        yield None if json is None else sys.stdout
        return
    try:
        file = json.open("a", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{json}: cannot be written ({error.strerror})") from error
    with file:
        yield file


@contextmanager
def _tracks_to(wanted: "Sequence[Address]") -> "Iterator[Callable[[float, Scene], int] | None]":
    """A call that sends what a scene holds at a time, and says how many datagrams failed; None where nobody listens."""
    if not wanted:
        yield None
        return
    from farwatch.formats.asterix_writing import TRACKS, Feed, datagrams
    from farwatch.live.sources import sending

    feed = Feed(what=(TRACKS,), status_s=STATUS_S)
    with sending(wanted) as send:
        yield lambda now_s, scene: sum(
            send(data)
            for time_s, data in datagrams(scene, feed)
            if time_s == now_s or (data[0] == STATUS and now_s - STATUS_S < time_s <= now_s)
        )


@contextmanager
def _screen(console: "Console") -> "Iterator[Callable[[Service, Health | None, Sequence[str]], None]]":
    """A call that shows the picture: a table that stays in place in a terminal, else some lines with each health."""
    from farwatch.live.telling import plain_lines, rows_of, table_of

    if not console.is_terminal:

        def say(service: "Service", health: "Health | None", warnings: Sequence[str]) -> None:
            """Print lines."""
            lines = [f"warning: {said}" for said in warnings]
            lines += plain_lines(health, rows_of(service.shown, service.air)) if health else []
            for line in lines:
                console.print(line, markup=False, soft_wrap=True)

        yield say
        return
    from rich.live import Live

    from farwatch.live.health import Health

    last: list[Any] = [Health(running_s=0.0), 0.0]
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def draw(service: "Service", health: "Health | None", warnings: Sequence[str]) -> None:
            """Draw the table anew, not too often."""
            for said in warnings:
                live.console.print(f"warning: {said}", markup=False)
            last[0] = health or last[0]
            if health or time.monotonic() - last[1] >= REDRAW_S:
                live.update(table_of(last[0], rows_of(service.shown, service.air)), refresh=True)
                last[1] = time.monotonic()

        yield draw
