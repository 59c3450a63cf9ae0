"""Sphinx settings: Markdown pages, no network, every warning an error (see `bootstrap.py docs`)."""

import re
from pathlib import Path

project = "farwatch"
author = "The farwatch developers"
copyright = "2026, The farwatch developers"
_front = (Path(__file__).parents[1] / "src" / "farwatch" / "__init__.py").read_text(encoding="utf-8")
version = release = re.search(r'__version__ = "(.+?)"', _front).group(1)

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "farwatch"
html_copy_source = False
html_show_sourcelink = False
nitpicky = True
