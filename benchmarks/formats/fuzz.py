"""Coverage-guided fuzzing of every reader: whatever the bytes, a Scene or InputError, in bounded time and memory.

    python benchmarks/formats/fuzz.py                      # every reader, ten minutes each, two at a time
    python benchmarks/formats/fuzz.py czml --minutes 1     # one reader

Needs `atheris` (Linux). It starts from small files of each form: written here from a small scene, the heads of files in
../shared/data, and what earlier runs found (tests/formats/seeds/FORM, which the tests replay, and build/fuzz/FORM).
A find stops its reader and lies in build/fuzz/FORM/finds; move it to tests/formats/seeds/FORM when it is mended.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
SHARED = HOME.parent / "shared" / "data"
MOST_BYTES, TIMEOUT_S, MEMORY_MB = 1 << 16, 20, 2048


XML = ("<?xml", "<gpx", "<trk>", "<trkseg>", "<trkpt", "lat=", "lon=", "<ele>", "<time>", "<!DOCTYPE", "<!ENTITY")
WORDS = {
    "gpx": XML,
    "kml": (*XML[:1], "<kml", "<Placemark>", "<gx:Track>", "<when>", "<gx:coord>", "<LineString>", "<coordinates>"),
    "acmi": ("FileType=text/acmi/tacview", "FileVersion=2.2", "0,ReferenceTime=", "#", "T=", "Type=", "-a1", "Event="),
}
"""Words that a mutation alone would hardly hit upon."""


def forms():
    """Every form that is read."""
    from farwatch.formats.forms import FORMS

    return {name: form for name, form in FORMS.items() if form.reads}


def seeds(name, form, folder):
    """Fill a folder with small files to start from."""
    from samples import SAMPLES
    from small_scene import small_scene

    from farwatch.formats.forms import writer

    folder.mkdir(parents=True, exist_ok=True)
    for k, sample in enumerate(SAMPLES.get(name, ())):
        (folder / f"sample-{k}").write_bytes(sample)
    if form.writes:
        writer(name)(folder / f"own{form.suffixes[0]}", small_scene())
    for path in sorted(SHARED.rglob("*")) if SHARED.is_dir() else ():
        if path.is_file() and any(path.name.lower().endswith(suffix) for suffix in form.suffixes):
            with path.open("rb") as file:
                (folder / f"{path.stem}.head").write_bytes(file.read(4096))


def by_file(read, suffix):
    """A reader of files as a reader of bytes."""
    place = Path(tempfile.mkdtemp()) / f"input{suffix}"

    def decode(data):
        place.write_bytes(data)
        return read(place)

    return decode


def one(name, seconds):
    """Fuzz one reader in this process; returns only through libFuzzer's exit."""
    import atheris

    with atheris.instrument_imports(include=["farwatch.formats"]):
        form = forms()[name]
        module = import_module(f"farwatch.formats.{form.reads.split('.')[0]}")
    from farwatch.errors import InputError

    if name == "asterix":
        import asterix.generated  # noqa: F401 - loading it takes seconds, which are not the input's
    decode = getattr(module, "decode", None) or by_file(module.read, form.suffixes[0])

    def attempt(data):
        try:
            decode(data)
        except InputError:
            return

    work = HOME / "build" / "fuzz" / name
    seeds(name, form, work / "seeds")
    (work / "corpus").mkdir(exist_ok=True)
    (work / "finds").mkdir(exist_ok=True)
    kept = HOME / "tests" / "formats" / "seeds" / name
    limits = [f"-max_total_time={seconds}", f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}"]
    if name in WORDS:
        (work / "words.txt").write_text("".join(f'"{word}"\n' for word in WORDS[name]))
        limits += [f"-dict={work / 'words.txt'}"]
    limits += [f"-max_len={MOST_BYTES}", f"-artifact_prefix={work / 'finds'}/"]
    limits += ["-print_final_stats=1"]
    folders = [str(folder) for folder in (work / "corpus", work / "seeds", kept) if folder.is_dir()]
    atheris.Setup([sys.argv[0], *limits, *folders], attempt)
    atheris.Fuzz()


def everyone(names, minutes, together):
    """Fuzz readers, some at a time, each in a process of its own; say how each ended."""
    waiting, running, failed = list(names), {}, []
    while waiting or running:
        while waiting and len(running) < together:
            name = waiting.pop(0)
            log = HOME / "build" / "fuzz" / f"{name}.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, __file__, name, "--minutes", str(minutes), "--inside"]
            running[name] = (subprocess.Popen(command, stdout=log.open("wb"), stderr=subprocess.STDOUT), log)
        name, (process, log) = next(iter(running.items()))
        status = process.wait()
        del running[name]
        said = log.read_text(errors="replace").splitlines()
        tried = next((line.split()[-1] for line in reversed(said) if "number_of_executed_units" in line), "?")
        print(f"{name:<12}{'ok' if status == 0 else f'FOUND SOMETHING, see {log}'}; inputs tried: {tried}")
        failed += [name] if status else []
    return failed


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("readers", nargs="*")
    words.add_argument("--minutes", type=float, default=10.0)
    words.add_argument("--together", type=int, default=2)
    words.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = words.parse_args()
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # the walk over records is seen by the fuzzer only interpreted
    names = asked.readers or list(forms())
    if asked.inside:
        one(names[0], int(60 * asked.minutes))
    sys.exit(1 if everyone(names, asked.minutes, asked.together) else 0)


if __name__ == "__main__":
    main()
