"""Telling whose flight data some bytes are, by their content alone."""

from farwatch.errors import InputError, Problem
from farwatch.formats import opensky, traffic_collections
from farwatch.formats.flight_tables import columns_shown, header_of, parquet_names
from farwatch.formats.opening import unpacked

_HEAD_BYTES = 4096


def form_of(data: bytes, name: str) -> str | None:
    """`readsb`, `opensky` or `traffic`, as the modules' `decode` read them (`traffic`: `traffic_collections`), or None.

    data: JSON, CSV or Parquet bytes, plain or gzip; name: what errors call them. Nothing is parsed but the header of a
    table: whether the rest is sound shows when it is read. InputError where gzip or Parquet bytes are damaged.
    """
    content = unpacked(data, name)
    start = content[:_HEAD_BYTES].lstrip()
    if start[:1] in (b"{", b"["):
        return _of_json(content, start)
    return _of_columns(names_of(content, name))


def mapping_needed(data: bytes, name: str) -> InputError:
    """The error for a table of no known form: which columns it has, and that a mapping is asked for."""
    content = unpacked(data, name)
    if not content.strip():
        return InputError(name, [Problem("content", "", "is empty")])
    names = names_of(content, name)
    if not names or not all(one.isprintable() for one in names):
        rule, hint = "is neither a table nor JSON of a known form", "`farwatch forms` lists what is read"
        return InputError(name, [Problem("content", f"{len(content):,} bytes", rule, hint)])
    hint = "give a mapping (--map FILE): `time`, `lat`, `lon` and `height` each name a column (docs/formats/flights.md)"
    rule = "is a table, but not of OpenSky or of the library traffic"
    return InputError(name, [Problem("columns", columns_shown(names) or "none", rule, hint)])


def _of_json(content: bytes, start: bytes) -> str | None:
    has = {key: f'"{key}"'.encode() in content for key in ("trace", "aircraft", "states", "time")}
    if start.startswith(b"{"):
        if has["trace"] and b'"icao"' in start:
            return "readsb"
        if has["aircraft"] and b'"now"' in start:
            return "readsb"
        if has["states"] and has["time"] and b'"states"' in start:
            return "opensky"
    needed = traffic_collections.NEEDED
    return "traffic" if all(f'"{column}"'.encode() in content for column in needed) else None


def _of_columns(names: tuple[str, ...]) -> str | None:
    if set(opensky.NEEDED) <= set(names):
        return "opensky"
    return "traffic" if set(traffic_collections.NEEDED) <= set(names) else None


def names_of(content: bytes, name: str) -> tuple[str, ...]:
    """Columns of a table, plain or gzip; none where the bytes are no table."""
    content = unpacked(content, name)
    if content.startswith(b"PAR1"):
        return parquet_names(content, name)
    try:
        return header_of(content, name)
    except InputError:
        return ()
