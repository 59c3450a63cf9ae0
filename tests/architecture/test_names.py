"""One vocabulary: every float says its unit, and no file is a grab-bag."""

import ast
import re

import numpy as np

from architecture.house import PACKAGE, classes, functions, last_name, listing
from farwatch import records

GRAB_BAGS = {"util", "utils", "helper", "helpers", "common", "core", "misc", "base", "manager", "shared", "tools"}

UNIT = re.compile(
    r"_(m|km|m2|m3|s|ms|ns|h|min|deg|rad|hz|mhz|ghz|w|kw|mw|j|k|pa|hpa|kg|usd|eur|db|dbi|dbm|dbw|dbsm|px"
    r"|m_s|km_h|m_s2|m2_s3|m3_s2|rad_s|deg_s|mm_h|db_m|db_km|db_per_m|db_per_km|m2_hz|usd_per_eur|per_s|per_m|per_km)$"
)
# Numbers here are counts and probabilities, or have the unit of the sample or measure they are given.
UNITLESS_FILES = {
    "outcomes/intervals.py", "outcomes/planning.py", "engage/closed_forms.py", "campaign/compare.py",
    "campaign/answers.py", "campaign/estimating.py", "report/campaign_wording.py", "outcomes/sequential.py",
    "outcomes/rare.py",
}
DIMENSIONLESS = {
    "now",  # an instant of the mission clock, which counts seconds
    # probabilities and shares
    "pd", "pfa", "probability", "confidence", "damage", "prior", "belief", "share", "low", "high", "expected_reply",
    "miss_called_kill", "kill_called_miss", "weight",
    # ratios and plain numbers
    "snr", "rate", "factor", "value", "gate", "mean", "tolerance", "error", "ours", "expected", "eccentricity",
    "snr_one", "snr_reference", "threshold", "false_plots", "shape", "scale", "ratio", "fraction",
    # statistics whose unit is that of what they describe
    "total", "spread", "median", "quantile", "limit", "variance", "worth", "conversion", "nodata",
    # of an assignment: a negative log-likelihood; of a hypothesis: log-odds
    "cost", "none_cost", "score", "tilt", "dealt_gain", "greedy_gain",
    # documented as mixed units: filter states and their covariances
    "p", "x", "state", "covariance",
}
DIMENSIONLESS_ENDING = re.compile(
    r"(^|_)(probability|share|fraction|ratio|factor|threshold|count|index|channels|weight|reply|log_sum|exponent|number"
    r"|confidence|tolerance|odds|pd|pfa|snr|shape|u|quantile|chi2|erl)$|^p_|(^|_)(sine|cosine|tangent|sin|cos)(_|$)"
)
SYMBOL = re.compile(r"^[a-z]{1,2}[0-9]?$")  # a letter of a cited formula, or a coordinate


def has_unit(name):
    """Whether a name says its unit, or is known to have none."""
    bare = name.strip("_")
    return bool(UNIT.search(bare) or bare in DIMENSIONLESS or DIMENSIONLESS_ENDING.search(bare))


def test_record_fields_say_their_unit():
    """Every float of a record that crosses rooms says its unit."""
    layouts = {name: v for name, v in vars(records).items() if isinstance(v, np.dtype)}
    bare = [
        f"{layout}.{field}"
        for layout, dtype in layouts.items()
        for field in dtype.names
        if dtype[field].base.kind == "f" and not has_unit(field) and field != "to_local"
    ]
    assert not bare, listing(bare)


def is_float(annotation):
    """Whether an annotation is a float, perhaps optional."""
    if isinstance(annotation, ast.BinOp):
        return is_float(annotation.left) or is_float(annotation.right)
    return last_name(annotation) == "float" if annotation is not None else False


def test_declared_fields_say_their_unit():
    """Every float field of a declared class says its unit."""
    bare = [
        f"{module.name}:{n.lineno} {node.name}.{n.target.id}"
        for module, node in classes()
        for n in node.body
        if isinstance(n, ast.AnnAssign) and is_float(n.annotation) and not has_unit(n.target.id)
        and module.name not in UNITLESS_FILES
    ]
    assert not bare, listing(bare)


def test_arguments_say_their_unit():
    """Every float a public function takes says its unit, or is a symbol of the formula it computes."""
    bare = [
        f"{function}: {argument.arg}"
        for function in functions()
        if function.is_public and function.module.name not in UNITLESS_FILES
        for argument in function.arguments
        if is_float(argument.annotation) and not has_unit(argument.arg) and not SYMBOL.match(argument.arg)
    ]
    assert not bare, listing(bare)


def test_no_grab_bags():
    """No room or file has a name that says nothing."""
    names = [p.stem if p.is_file() else p.name for p in PACKAGE.rglob("*") if "__pycache__" not in p.parts]
    bags = [name for name in names if set(name.strip("_").lower().split("_")) & GRAB_BAGS]
    assert not bags, listing(bags)


def test_public_things_are_explained():
    """Every public module, class and function has a docstring."""
    silent = [str(f) for f in functions() if f.is_public and not ast.get_docstring(f.node) and not is_nested(f)]
    silent += [f"{m.name}:{n.lineno} {n.name}" for m, n in classes() if not n.name.startswith("_")
               and not ast.get_docstring(n)]
    assert not silent, listing(silent)


def is_nested(function):
    """Whether a function lives inside another one."""
    return any(
        function.node in outer.node.body
        for outer in functions()
        if outer.module is function.module and outer.node is not function.node
    )
