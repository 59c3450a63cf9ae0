"""Errors teach: every problem at once, each with its place, its rule and a way out."""

import inspect

import pytest

from farwatch import errors
from farwatch.errors import FarwatchError, InputError, Problem, ScenarioError

TREE = [v for v in vars(errors).values() if inspect.isclass(v) and issubclass(v, Exception)]


def test_a_problem_reads_as_one_line():
    """Place, what is there, the rule and the nearest choice, in that order."""
    problem = Problem("raid.0.class", "droen", "is not a target class", "did you mean drone?", line=12, column=5)
    assert str(problem) == "line 12: raid.0.class = droen: is not a target class; did you mean drone?"


def test_a_problem_leaves_out_what_it_lacks():
    """Without line, value or hint there are no empty brackets."""
    assert str(Problem("defence", "", "must be there")) == "defence: must be there"


def test_all_problems_are_reported():
    """An input error lists every problem and counts them."""
    problems = [Problem("a", "1", "must be 2"), Problem("b", "x", "must be y")]
    error = ScenarioError("site.yaml", problems)
    assert error.problems == tuple(problems)
    assert str(error).splitlines() == ["2 problems in site.yaml", "  a = 1: must be 2", "  b = x: must be y"]


def test_one_problem_is_singular():
    """Grammar holds for one."""
    assert str(InputError("site.yaml", [Problem("a", "", "must be there")])).startswith("1 problem in site.yaml")


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_the_drawn_tree_is_the_real_one(kind):
    """Each exception descends from the root and stands in the module's drawing, below its parent."""
    drawing = [line for line in errors.__doc__.splitlines() if "─" in line or "FarwatchError " in line]
    places = {name.strip("├└─│ ").split()[0]: i for i, name in enumerate(drawing)}
    assert issubclass(kind, FarwatchError)
    assert kind is FarwatchError or places[kind.__base__.__name__] < places[kind.__name__]


def test_the_tree_draws_nothing_else():
    """The drawing names no exception that does not exist."""
    drawn = {line.strip("├└─│ ").split()[0] for line in errors.__doc__.splitlines() if "─" in line}
    assert drawn == {kind.__name__ for kind in TREE} - {"FarwatchError"}
