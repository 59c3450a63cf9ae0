"""The addresses keep to their own description, whatever is asked (schemathesis)."""

import pytest
from hypothesis import HealthCheck, given, settings

from console.conftest import SITE
from farwatch.campaign.execute import execute
from farwatch.console import desk as desks
from farwatch.console import maps, runs, under_way, work
from farwatch.console.app import create
from farwatch.console.told import packed
from outcomes.rehearsal import Dice, cast

schemathesis = pytest.importorskip("schemathesis")


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """The description of an application over a folder with a run; jobs do nothing, nothing is played or swept."""
    from campaign.conftest import make_plan
    from console.conftest import Inline

    home = tmp_path_factory.mktemp("api")
    (home / "site.yaml").write_text(SITE)
    execute(make_plan(16), Dice(cast()), 1, home / "done")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desks, "Worker", Inline)
        patch.setattr(work.subprocess, "Popen", lambda *_, **__: Nobody())
        patch.setattr(maps, "coverage", lambda *_: packed({}, {}))
        patch.setattr(runs, "told", lambda *_: packed({}, {}))
        patch.setattr(runs, "exported", lambda *_: b"")
        patch.setattr(under_way, "LOOK_S", 0.01)
        yield schemathesis.openapi.from_asgi("/openapi.json", create(home))


class Nobody:
    """A job that has ended."""

    pid = 0

    def poll(self):
        return 0


EXAMPLES = 8

schemathesis.checks.load_all_checks()
CHECKS = [
    schemathesis.checks.not_a_server_error,
    *schemathesis.checks.CHECKS.get_by_names(
        ["status_code_conformance", "content_type_conformance", "response_schema_conformance", "unsupported_method"]
    ),
]


def test_every_address_keeps_to_its_description(api):
    """No server error, no undocumented status, no other content than described."""
    asked = set()
    for operation in (found.ok() for found in api.get_all_operations()):

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        def holds(case):
            asked.add((case.operation.method, case.operation.path))
            case.call_and_validate(checks=CHECKS)

        holds()
    assert len(asked) >= 28
