"""The verbs of other people's formats: `farwatch convert` and `farwatch replay`."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farwatch.cli_terminal import console_of, say_compiling
from farwatch.errors import InputError, Problem

if TYPE_CHECKING:
    from farwatch.formats.converting import Written
    from farwatch.formats.replaying import Told
    from farwatch.formats.scene import Scene

What = Annotated[
    list[str] | None,
    typer.Option(
        "--what", help="Parts wanted: targets, tracks, rounds, sites, plots, events; all when left out. Repeatable."
    ),
]
Epoch = Annotated[
    str | None, typer.Option(help="Date of time 0 for sources without one, as 2030-05-01T06:00:00Z; else 2000-01-01.")
]
SensorFiles = Annotated[
    list[Path] | None, typer.Option("--sensor", "-s", help="YAML file of a sensor, for tables of plots. Repeatable.")
]


def convert(
    source: Annotated[Path, typer.Argument(help="A recording, flights, tracks, or a table of any form it reads.")],
    out: Annotated[Path, typer.Argument(help="File to write; its suffix tells the form.")],
    read_as: Annotated[str | None, typer.Option("--from", help="Form of the source; told by itself as a rule.")] = None,
    write_as: Annotated[str | None, typer.Option("--to", help="Form to write; the suffix tells it as a rule.")] = None,
    what: What = None,
    columns: Annotated[
        Path | None, typer.Option("--map", help="YAML file that says what the columns of a table of flights mean.")
    ] = None,
    sensor: SensorFiles = None,
    epoch: Epoch = None,
) -> None:
    """Turn recorded or simulated motion, tracks or plots from one form into another; `farwatch forms` lists them."""
    from farwatch.formats.converting import Wish, convert_file
    from farwatch.report import scene as pages

    wish = Wish(
        read_as=read_as, write_as=write_as, what=tuple(what or ()), columns=columns, sensors=tuple(sensor or ()),
        epoch=_moment(epoch),
    )  # fmt: skip
    scene, written = convert_file(source, out, wish)
    if scene is not None:
        pages.show(console_of(), scene)
    _say(written)


def forms() -> None:
    """List the forms that can be read and written, with the suffixes that tell them."""
    from farwatch.formats.forms import FORMS

    typer.echo(f"{'form':<12}{'direction':<12}what it is, suffixes, and what opens it")
    for name, form in FORMS.items():
        does = "in and out" if form.reads and form.writes else "in" if form.reads else "out"
        opens = f"; for {form.opens}" if form.opens else ""
        typer.echo(f"{name:<12}{does:<12}{form.says}  ({' '.join(form.suffixes)}){opens}")
    typer.echo("\nAny other table of flights is read with --map: see docs/formats/flights.md.")


def replay(
    source: Annotated[
        str, typer.Argument(help="Folder of a run, a scenario or the name of a shipped one, or a recorded file.")
    ],
    to: Annotated[
        str, typer.Option("--to", help="A form (acmi, czml, kml, asterix, dis, ...), a file, or udp://HOST:PORT.")
    ],
    trial: Annotated[int, typer.Option(min=0, help="Which trial of a run or scenario is told again.")] = 0,
    what: What = None,
    speed: Annotated[float, typer.Option(min=0.01, max=1e4, help="Over UDP: so many times as fast as it was.")] = 1.0,
    send: Annotated[str, typer.Option("--send", help="Over UDP: asterix or dis.")] = "asterix",
    every: Annotated[float, typer.Option(min=0.05, max=60.0, help="Seconds between two places of a target.")] = 1.0,
    epoch: Epoch = None,
    seed: Annotated[int | None, typer.Option(help="Of a scenario: seed of all chance.")] = None,
) -> None:
    """Tell one trial, or a recording, again: to a file for other programs, or paced over UDP to a display."""
    from farwatch.formats.replaying import told_again
    from farwatch.report import scene as pages

    console, kept = console_of(), tuple(what or ())
    is_trial = _is_trial(source, trial, seed)
    _refuse_sending(to, send)
    play = (lambda: _trial(source, trial, seed, every)) if is_trial else None
    told = told_again(source, to, kept, _moment(epoch), play)
    if told.scene is not None:
        pages.show(console, told.scene)
    if not told.goes_out:
        _say(told.write())
        return
    _send(told, send, speed)


def _say(written: "Written") -> None:
    """Say what was written, and what of the scene was not."""
    for line in written.lines():
        typer.echo(line)


def _is_trial(source: str, trial: int, seed: int | None) -> bool:
    """Whether a source is a run or a scenario, not a recorded file. InputError for options that do not fit it."""
    from farwatch.formats.replaying import is_recorded

    place, recorded = Path(source), is_recorded(source)
    problems = []
    if recorded and trial:
        problems.append(Problem("--trial", f"{trial}", "is of a run or a scenario; this is a recorded file"))
    if seed is not None and (recorded or place.is_dir()):
        holds = "a run, which has its own" if place.is_dir() else "a recorded file, which has none"
        problems.append(Problem("--seed", f"{seed}", f"is of a scenario; this is {holds}"))
    if place.is_dir() and not (place / "manifest.json").is_file():
        hint = "farwatch run SCENARIO --out FOLDER makes one"
        problems.append(Problem("folder", "", "holds no run: it has no manifest.json", hint))
    if problems:
        raise InputError(source, problems)
    return not recorded


def _refuse_sending(to: str, form: str) -> None:
    """InputError where something is to be sent to no address, or in no form that is sent; before the work."""
    from farwatch.formats.replaying import SENT

    if "://" not in to:
        return
    from farwatch.live.sources import addresses

    addresses([to], "--to")
    if form not in SENT:
        raise InputError("command line", [Problem("--send", form, f"must be {' or '.join(SENT)}")])


def _trial(source: str, trial: int, seed: int | None, every_s: float) -> "Scene":
    """The scene of one trial of a run's folder, or of a scenario."""
    from farwatch.campaign.result import load_result
    from farwatch.campaign.retelling import retell
    from farwatch.formats.played import scene_of
    from farwatch.scenario import load

    told = load_result(source) if Path(source).is_dir() else load(source)
    say_compiling(console_of(stderr=True))
    return scene_of(retell(told, trial, seed), every_s)


def _send(told: "Told", form: str, speed: float) -> None:
    """Send datagrams at their pace, and say how many went out, also after Ctrl-C."""
    from farwatch.campaign.interruption import noted
    from farwatch.formats.sending import Pace, send
    from farwatch.live.sources import addresses, sending

    to = addresses([told.to], "--to")
    with noted() as stopped, sending(to) as put:
        typer.echo(f"sending {form} to {told.to} at {speed:g} times its pace; Ctrl-C stops it")
        for line in told.about(form):
            typer.echo(f"  {line}")
        pace = Pace(clock=time.monotonic, sleep=time.sleep, factor=speed, stopped=stopped.is_set)
        sent = send(told.datagrams(form), put, pace)
    refused = f"; the network refused {sent.refused:,}" if sent.refused else ""
    typer.echo(f"sent {sent.datagrams:,} datagrams, {sent.octets:,} bytes, {sent.late_s:.2f} s late at most{refused}")
    if stopped.is_set():
        raise typer.Exit(130)


def _moment(text: str | None) -> datetime | None:
    """A date of the command line, UTC where it names no zone."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        rule, hint = "is no date and time", "write it as 2030-05-01T06:00:00Z"
        raise InputError("command line", [Problem("--epoch", text, rule, hint)]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
