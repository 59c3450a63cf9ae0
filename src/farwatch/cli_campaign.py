"""The verbs of `farwatch campaign`: play a plan, say how far it is, go on, ask, report.

`farwatch campaign PLAN.yaml` is short for `farwatch campaign run PLAN.yaml`.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from farwatch.cli_terminal import console_of, say_compiling

if TYPE_CHECKING:
    from farwatch.campaign.execute import Progress
    from farwatch.campaign.executors import Executor


class Verbs(typer.core.TyperGroup):
    """The verbs, and the rule that a plan without a verb is to be run."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the verb before a plan that has none."""
        if args and args[0] not in self.commands and any(arg.endswith((".yaml", ".yml")) for arg in args):
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Verbs,
    help="Answer what takes many runs: is this better than that, how many are too many, what does it cost, which "
    "unknown figure matters most.\n\n`farwatch campaign PLAN.yaml` is short for `farwatch campaign run PLAN.yaml`. "
    "What a plan can ask: `farwatch schema --of plan`.",
    short_help="Play a plan: which variant is better, how many are too many, ...",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(help="Folder of a campaign, finished or not.")]
Workers = Annotated[
    str | None, typer.Option("--cluster", help="Scheduler of a Dask cluster, tcp://host:8786. Changes no result.")
]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads; all cores when left out. Changes no result.")]


@app.command()
def run(
    plan: Annotated[Path, typer.Argument(help="A plan, in YAML: what is played, measured and asked.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Folder of the campaign; <plan>-out when left out. One that holds a part is continued."
        ),
    ] = None,
    cluster: Workers = None,
    threads: Threads = None,
) -> None:
    """Play a plan until its questions are answered; stopped in any way, the same command goes on from there."""
    _play(plan, out or Path(f"{plan.stem}-out"), cluster, threads)


@app.command()
def status(out: Folder) -> None:
    """Say how far a campaign is, also while it runs: trials kept and asked for, of each point."""
    from farwatch.campaign.query import status as status_of
    from farwatch.report.campaign_folder import show_status

    show_status(console_of(), status_of(out))


@app.command()
def resume(out: Folder, cluster: Workers = None, threads: Threads = None) -> None:
    """Go on with a campaign that was stopped: trials that are kept are not played again."""
    from farwatch.campaign.origin import plan_of

    _play(plan_of(out), out, cluster, threads)


@app.command()
def query(
    out: Folder,
    sql: Annotated[str, typer.Argument(help="One SELECT in quotes, over trials, groups, rounds, figures and points.")],
    form: Annotated[str, typer.Option("--format", help="How rows are printed: table, csv or json.")] = "table",
) -> None:
    """Ask the stored trials by SQL."""
    from farwatch.campaign.query import query as ask
    from farwatch.report import campaign_folder as pages

    pages.refuse_format(form)
    found = ask(out, sql)
    if form == "table":
        pages.show_rows(console_of(), found)
    else:
        typer.echo(pages.as_csv(found) if form == "csv" else pages.as_json(found), nl=False)


@app.command()
def report(out: Folder) -> None:
    """Print the answers of a campaign again, and write its report.html anew."""
    from farwatch.campaign.commission import read_campaign

    _tell(read_campaign(out), out)


def _play(plan: Path, out: Path, cluster: str | None, threads: int | None) -> None:
    """Play a plan, keep it, and tell its answers."""
    from farwatch.campaign.commission import campaign
    from farwatch.campaign.origin import note
    from farwatch.report.progress import teller

    if cluster is not None and threads is not None:
        raise typer.BadParameter("--cluster and --threads: choose one; workers have threads of their own")
    err = console_of(stderr=True)
    with _executor(cluster, threads) as executor, teller(err, time.monotonic) as live:

        def begun() -> None:
            """Note where the plan lies, and say that the first run compiles."""
            note(out, plan)
            if cluster is None:
                say_compiling(err)

        found = campaign(plan, out, executor, _beginning(begun, live.tell))
    if found.interrupted:
        err.print(f"interrupted: what is finished is kept; farwatch campaign resume {out} goes on from there")
    _tell(found, out)
    if found.interrupted:
        raise typer.Exit(130)


def _executor(cluster: str | None, threads: int | None) -> "AbstractContextManager[Executor]":
    """Where units are played."""
    if cluster is None:
        from farwatch.campaign.executors import threads as local

        return local(threads)
    from farwatch.campaign.cluster import connect

    return connect(cluster)


def _beginning(begun: Callable[[], None], tell: "Callable[[Progress], None]") -> "Callable[[Progress], None]":
    """Tell progress; the first time, when the plan is sound and the folder is there and fits, do what comes first."""
    once: list[bool] = []

    def told(progress: "Progress") -> None:
        if not once:
            begun()
            once.append(True)
        tell(progress)

    return told


def _tell(found: Any, out: Path) -> None:
    """The answers in the terminal, and the page beside the trials."""
    from farwatch.report import campaign as pages
    from farwatch.report import campaign_page

    console = console_of()
    pages.show(console, found.answers())
    written = campaign_page.write(
        found.answers(), found.plan, out / "report.html", found.figures, found.study.scenarios, found.kept
    )
    console.print(f"\nRead on: {written}", markup=False, soft_wrap=True)
