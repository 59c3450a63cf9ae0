"""The style sheet: contrast in light, dark and print, by the formula of WCAG 2.2."""

import re

import pytest

from farwatch.report import page

TEXT, SHAPES = 4.5, 3.0
"""Least contrast of text (1.4.3) and of shapes that mean something (1.4.11)."""


def palettes():
    """Variables of each theme, by name."""
    css = (page.TEMPLATES / "style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    found = [dict(re.findall(r"--([\w-]+): (#\w+)", block)) for block in blocks]
    return dict(zip(("light", "dark", "print"), found, strict=True))


def luminance(colour):
    """Relative luminance of a hexadecimal colour."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[k : k + 2], 16) / 255.0 for k in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_that_of_the_standard():
    """Black on white is 21; the standard's example grey #767676 on white is just enough for text."""
    assert contrast("#000", "#fff") == pytest.approx(21.0)
    assert 4.5 <= contrast("#767676", "#ffffff") < 4.6


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_text_can_be_read(theme):
    """Ink, notes, links and marks on all that they stand on."""
    it = palettes()[theme]
    for front, back in [("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("ink", "card"), ("soft", "card"),
                        ("mark-ink", "mark")]:  # fmt: skip
        assert contrast(it[front], it[back]) >= TEXT, (front, back)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_shapes_can_be_told_from_the_paper(theme):
    """Every colour that a figure is drawn in."""
    it = palettes()[theme]
    for name in ("blue", "sky", "red", "green", "amber", "pink", "grey"):
        assert contrast(it[name], it["paper"]) >= SHAPES, name
