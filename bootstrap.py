"""Set up farwatch in this folder, then run it: python3 bootstrap.py demo | run FILE | test | check | docs

Needs Python 3.11 and pip, nothing else. What it installs goes into .tools and .venv, checked against the
hashes in the lock files; pip's own settings are honoured. A second call finds all in place.
"""
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV, TOOLS, STAMP = HOME / ".venv", HOME / ".tools", HOME / ".venv" / "farwatch.stamp"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
VERBS = {"demo": ["farwatch demo"], "run": ["farwatch run"], "test": ["pytest -n 2 --dist worksteal"],
         "check": ["ruff check .", "mypy", "lint-imports --no-cache"], "docs": ["sphinx-build -qW docs docs/_build"]}
ENV = dict(os.environ, PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", UV_PYTHON_DOWNLOADS="never")
UV_WORDS = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "cert": "SSL_CERT_FILE"}


def call(words, **options):
    return subprocess.run([str(word) for word in words], cwd=HOME, check=False, **{"env": ENV, **options})


def uv_environment():
    """Where uv finds packages: as pip's configuration says, in uv's words, because uv does not read it."""
    told = call([sys.executable, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, text=True).stdout
    pairs = (line.split("=", 1) for line in told.splitlines() if "=" in line)
    pip = {key.split(".")[-1]: value.strip("'\"").replace("\\n", " ").strip() for key, value in pairs}
    asked = {uv: pip[word] for word, uv in UV_WORDS.items() if word in pip}
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **asked, **ENV, "PYTHONPATH": str(TOOLS)}


def install(lock):
    """Fill .venv from a lock file: with uv, or with Python's own venv and pip where uv cannot be had."""
    here, env = [sys.executable, "-m"], ENV
    make, add = [*here, "venv", VENV], [PROGRAMS / "python", "-m", "pip", "install"]
    if not (TOOLS / "uv").exists():
        call([*here, "pip", "-qq", "--disable-pip-version-check", "install", "--target", TOOLS, "uv"])
    if (TOOLS / "uv").exists():
        uv, env = [*here, "uv"], uv_environment()
        make, add = [*uv, "venv", "-q", "--allow-existing", VENV], [*uv, "pip", "install", "-p", VENV]
    for step in (make, [*add, "--require-hashes", "-r", lock], [*add, "-q", "--no-deps", "-e", "."]):
        if call(step, env=env).returncode:
            sys.exit("farwatch could not be installed; what stopped it is above")


if sys.version_info < (3, 11) or not set(sys.argv[1:2]) & set(VERBS):
    sys.exit(f"{__doc__}\nThis is Python {sys.version.split()[0]}, asked for: {' '.join(sys.argv[1:])}")
LOCK = "requirements.lock" if sys.argv[1] in {"demo", "run"} else "dev.lock"
SEEN = {name: hashlib.sha256((HOME / name).read_bytes()).hexdigest() for name in (LOCK, "dev.lock")}
if not STAMP.exists() or STAMP.read_text() not in SEEN.values():
    install(LOCK)
    STAMP.write_text(SEEN[LOCK])
signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the program below: it still reports
for program, *words in map(str.split, VERBS[sys.argv[1]]):
    status = call([PROGRAMS / program, *words, *sys.argv[2:]], env=None).returncode
    if status:
        sys.exit(status)
