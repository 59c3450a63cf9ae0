"""The live picture has no way to weapons: nothing that decides or flies an engagement is in its process."""

import subprocess
import sys

import pytest

WEAPONS = ("farwatch.engage", "farwatch.mission", "farwatch.outcomes", "farwatch.campaign", "farwatch.logbook")

EVERYTHING = """\
import sys, pkgutil, importlib, farwatch.live
for one in pkgutil.iter_modules(farwatch.live.__path__):
    importlib.import_module(f"farwatch.live.{one.name}")
"""

RUN = """\
import sys
from farwatch.cli import main
sys.argv = ["farwatch", "picture", "--from", "udp://127.0.0.1:58600", "--for", "0.3"]
try:
    main()
except SystemExit as ended:
    assert ended.code in (0, None), ended.code
"""


@pytest.mark.parametrize("code", [EVERYTHING, RUN], ids=["imported", "run"])
def test_no_engagement_code_is_loaded(code):
    """A fresh process that imports all of it, or runs the command, holds no module of an engagement."""
    tail = f"print('HELD', *(name for name in sys.modules if name.startswith({WEAPONS!r})))\n"
    tail += "assert 'farwatch.live.service' in sys.modules\n"
    ran = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.rsplit("HELD", 1)[1].split() == []
