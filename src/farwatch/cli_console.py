"""`farwatch console`: the local web application."""

import os
import secrets
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farwatch.errors import FarwatchError

if TYPE_CHECKING:
    import socket

    from farwatch.console.guard import Rules

LOOPBACK = ("127.0.0.1", "localhost", "::1")

ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what a user may ask for; a token is needed then

GOODBYE_S = 3
"""Streams end by themselves within half a second of Ctrl-C; what then is still open is closed."""


def console(
    runs: Annotated[list[Path] | None, typer.Argument(help="Runs and campaigns; a single one opens at once.")] = None,
    folder: Annotated[Path, typer.Option(help="Folder of scenarios, runs and campaigns.")] = Path(),
    host: Annotated[str, typer.Option(help="Address to listen on; another than this machine's needs a token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any that is free.")] = 8402,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Look at runs, edit scenarios and start runs in a browser; serves this machine only unless told otherwise."""
    import uvicorn

    from farwatch.console.app import create
    from farwatch.console.guard import Guard

    app = create(folder, runs or (), leaving=lambda: server.should_exit)
    listening = _listening(host, port)
    rules = rules_of(host, listening.getsockname()[1], secrets.token_urlsafe(24))
    config = uvicorn.Config(
        Guard(app, rules), ws="none", log_level="error", access_log=False, server_header=False,
        timeout_graceful_shutdown=GOODBYE_S,
    )  # fmt: skip
    server = uvicorn.Server(config)
    page = app.state.desk.shelf.page_of(runs[0]) if runs and len(runs) == 1 else "/"
    address = _address(host, listening.getsockname()[1], page, rules.token)
    typer.echo(f"farwatch console: {address}   (Ctrl-C stops it)")
    if not no_browser:
        _show(address)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, once the server has closed
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    typer.echo("stopped; what runs have finished is kept")


def rules_of(host: str, port: int, token: str) -> "Rules":
    """By which names the server may be called, and whether the token is needed: everywhere but on this machine."""
    from farwatch.console.guard import Rules

    if host in LOOPBACK:
        return Rules(hosts=_called(LOOPBACK, port))
    if host not in ANYWHERE:
        return Rules(hosts=_called((host,), port), token=token)
    return Rules(hosts=_called((*LOOPBACK, *_own_names()), port), port=port, token=token)


def _called(names: tuple[str, ...], port: int) -> frozenset[str]:
    """Host headers: browsers leave port 80 out."""
    shown = [f"[{name}]" if ":" in name else name.lower() for name in names]
    return frozenset([f"{name}:{port}" for name in shown] + (shown if port == 80 else []))


def _own_names() -> tuple[str, ...]:
    import socket

    return tuple(dict.fromkeys((socket.gethostname(), socket.getfqdn())))


def _listening(host: str, port: int) -> "socket.socket":
    """A socket that listens; FarwatchError where the address or the port cannot be had."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FarwatchError(f"cannot listen on {host}, port {port}: {reason}; choose with --host, --port") from error


def _address(host: str, port: int, page: str, token: str | None) -> str:
    name = _own_names()[0] if host in ANYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}{page}" + (f"?token={token}" if token else "")


def _show(address: str) -> None:
    """Open a browser, in a thread: some hold whoever opens them. None where there is no display to show it on."""
    import threading
    import webbrowser

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
