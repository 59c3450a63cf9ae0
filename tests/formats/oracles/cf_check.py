"""What the IOOS compliance checker says of a NetCDF file by CF 1.8: each complaint, as JSON."""

import contextlib
import io
import json
import sys
import tempfile

from compliance_checker.runner import CheckSuite, ComplianceChecker

CheckSuite.load_all_available_checkers()
with tempfile.NamedTemporaryFile("r", suffix=".json") as report:
    with contextlib.redirect_stdout(io.StringIO()):
        ComplianceChecker.run_checker(
            ds_loc=sys.argv[1], checker_names=["cf:1.8"], verbose=0, criteria="strict",
            output_filename=report.name, output_format="json",
        )
    said = json.load(report)["cf:1.8"]
levels = ("high_priorities", "medium_priorities", "low_priorities")
sys.stdout.write(json.dumps([message for level in levels for one in said[level] for message in one["msgs"]]))
