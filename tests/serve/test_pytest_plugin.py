"""The pytest plugin: its fixtures, what a failure says, and that it costs nothing until it is used."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from targetexpr.console.options import OPTIONS
from targetexpr.guide.pages import page
from targetexpr.serve.testing import Sandbox, assert_earns
from tests.cli.command import spawn
from tests.targets.documented import back, bill, days, event, group, levels, target

pytest_plugins = ["pytester"]

PLUGIN = "targetexpr.serve.pytest_plugin"
ROOT = Path(__file__).parents[2]

SUITE = """
GROUP = {
    "name": "Weekly", "trackingType": "STREAKS", "targetEvaluationType": "FIXED_CALENDAR_WINDOW", "totalPeriods": 2,
    "frequencyType": "WEEKLY",
    "periods": [
        {"refCode": "one", "startDate": "2024-01-01", "endDate": "2024-01-07"},
        {"refCode": "two", "startDate": "2024-01-08", "endDate": "2024-01-14"},
    ],
    "streaks": [{"name": "first", "targetCountOfSequence": 1}, {"name": "both", "targetCountOfSequence": 2}],
    "targets": [{
        "name": "spend", "targetEntity": "TRANSACTION", "targetType": "SALES", "expression": "currentTxn.value>100",
        "enrolmentMethod": "TRANSACTION", "defaultValues": [{"defaultValue": 500}, {"defaultValue": 500}],
    }],
}

def bill(id, date, value):
    return {"id": id, "customerId": 77, "type": "TransactionAdd", "date": date, "currentTxn": {"value": value}}

BILLS = [bill("b1", "2024-01-02", 620), bill("b2", "2024-01-09", 80)]

def test_story(sandbox):
    sandbox.at("2024-01-01T09:00:00Z")
    assert sandbox.create(GROUP)["id"] == 1
    assert sandbox.feed(*BILLS) == {"accepted": 2, "duplicates": 0}
    assert sandbox.advance(days=10) == "2024-01-11T09:00:00.000Z"
    (made,) = sandbox.progress(77)
    assert [level["status"] for level in made["streaks"]] == ["ACHIEVED", "INPROGRESS"]

def test_the_next_one_is_empty(sandbox):
    assert sandbox.get("/v3/targetGroups").json()["data"] == []

def test_earns(assert_earns):
    assert_earns(GROUP, BILLS, 77, "first")
    assert_earns(GROUP, BILLS, 77, 1, now="2024-01-11")

def test_does_not_earn(assert_earns):
    assert_earns(GROUP, BILLS, 77, "both")

def test_is_refused(sandbox):
    sandbox.create(GROUP)
    sandbox.create(GROUP)
"""


def test_fixtures_and_failures(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    done = pytester.runpytest_subprocess("-p", PLUGIN, "-p", "no:cacheprovider")
    done.assert_outcomes(passed=3, failed=2)
    done.stdout.fnmatch_lines(
        [
            '*assert_earns(GROUP, BILLS, 77, "both")*',
            "*AssertionError: 77 does not earn both: it takes 2 periods, and the run is 1, the longest 1*",
            "*Customer 77*",
            "*spend, one (2024-01-01 to 2024-01-07): 620 of 500, achieved by b1*",
            "*b2: does not count: currentTxn.value is 80, needs more than 100*",
            "*AssertionError: POST /v3/targetGroups is answered with 400:*",
            "*/name *",
        ]
    )
    done.stdout.no_fnmatch_line("*serve/testing.py:*customer_report*")


def fences(kind: str) -> list[str]:
    """The fences of a kind on the guide's page."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", page("testing"), re.MULTILINE | re.DOTALL)


def test_the_page_of_the_guide(pytester: pytest.Pytester) -> None:
    (command,) = fences("console")
    made = spawn(*shlex.split(command.removeprefix("$ targetexpr ").partition(">")[0]))
    pytester.path.joinpath("group.json").write_text(made.out, encoding="utf-8")
    pytester.makepyfile(**{f"test_{place}": text for place, text in enumerate(fences("pytest"))})
    done = pytester.runpytest_subprocess("-p", PLUGIN, "-p", "no:cacheprovider")
    done.assert_outcomes(passed=3, failed=1)
    (report,) = fences("report")
    assert [line.rstrip() for line in report.splitlines()] == [
        line.rstrip() for line in done.outlines[done.outlines.index(report.splitlines()[0]) :][: report.count("\n")]
    ]


def test_the_hooks_of_the_page_are_there() -> None:
    (text,) = fences("yaml")
    known = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    hooks = yaml.safe_load(text)["repos"][0]["hooks"]
    assert {hook["id"] for hook in hooks} == set(known)
    for hook in hooks:
        assert {name for name in hook.get("args", ()) if name.startswith("--")} <= OPTIONS.keys()
        assert f"`{known[hook['id']]['entry']}`" in page("testing")


def test_nothing_is_loaded_before_a_fixture_is_used(pytester: pytest.Pytester) -> None:
    """Neither at the start of pytest nor by a suite that does not use it."""
    pytester.makepyfile(
        """
        import sys

        HEAVY = ("fastapi", "starlette", "httpx", "pydantic", "sqlite3", "uvicorn")

        def test_loaded(request):
            ours = [name for name in sys.modules if name.split(".")[0] == "targetexpr"]
            assert sorted(ours) == ["targetexpr", "targetexpr.serve", "targetexpr.serve.pytest_plugin"]
            assert not [name for name in HEAVY if name in sys.modules]
            assert request.config.pluginmanager.has_plugin("targetexpr.serve.pytest_plugin")
        """
    )
    # Without the other plugins that are installed here: some load what is looked for.
    others = ("-p", "no:hypothesispytest", "-p", "no:schemathesis", "-p", "no:anyio", "-p", "no:cacheprovider")
    done = pytester.runpytest_subprocess("-p", PLUGIN, *others)
    done.assert_outcomes(passed=1)


def test_without_the_extra_a_test_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import importlib.util

        def test_story(monkeypatch, request):
            found = importlib.util.find_spec
            monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "fastapi" else found(name))
            request.getfixturevalue("sandbox")
        """
    )
    done = pytester.runpytest_subprocess("-p", PLUGIN, "-p", "no:cacheprovider")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["this fixture needs the extra: pip install 'targetexpr[[]pytest]'"])


def test_the_entry_point_is_declared_under_the_name_of_its_module() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {PLUGIN: PLUGIN}
    assert {one.split(">")[0] for one in project["optional-dependencies"]["pytest"]} == {
        "fastapi",
        "httpx",
        "pydantic",
        "pytest",
    }


def test_the_sandbox_can_be_used_inside_a_loop_of_events() -> None:
    script = (
        "import asyncio\nfrom targetexpr.serve.testing import Sandbox\n"
        "async def main():\n"
        "    with Sandbox() as sandbox:\n"
        "        sandbox.at('2024-01-01T09:00:00+05:30')\n"
        "        return sandbox.get('/sandbox/clock').json()['data']['now']\n"
        "print(asyncio.run(main()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "2024-01-01T03:30:00.000Z\n"


def test_any_call_is_answered_whatever_it_is() -> None:
    with Sandbox() as sandbox:
        assert sandbox.post("/v3/targetGroups", "{").status_code == 400
        assert sandbox.get("/v3/targetGroups/7").status_code == 404
        assert sandbox.put("/sandbox/settings", {"timezone": "Asia/Kolkata"}).status_code == 200
        assert sandbox.delete("/v3/targetGroups/7").status_code == 404
        with pytest.raises(AssertionError, match=r"POST /sandbox/records is answered with 400"):
            sandbox.feed({"id": "b"})


def test_a_customer_is_enrolled() -> None:
    made = group("DEFAULT", days(1, 3), target(values=[100] * 3, enrolmentMethod="IMPORT"))
    with Sandbox() as sandbox:
        sandbox.at("2024-01-01T09:00:00Z")
        answer = sandbox.create(made)
        sandbox.enroll(answer, 77, "Cycle_1")
        sandbox.feed({**bill("b", "2024-01-01T10:00:00", 120), "customerId": 77})
        sandbox.advance(hours=5)
        (told,) = sandbox.progress(77)
        assert told["targets"][0]["targetAchievedValue"] == 120


# --- assert_earns: kinds of groups


def test_levels_by_name_and_by_count() -> None:
    made = group("STREAKS", days(1, 3), target(values=[100] * 3), streaks=levels(1, 2))
    records = [bill("b1", "2024-01-01T10:00:00", 100), bill("b2", "2024-01-02T10:00:00", 100)]
    assert_earns(made, records, "c", "of 2")
    assert_earns(made, records, "c", 2)
    taken = [*records, back("t", "2024-01-02T12:00:00", "b2", 1)]
    with pytest.raises(
        AssertionError, match="c does not earn of 2: it takes 2 periods, and the run is 1, the longest 1"
    ):
        assert_earns(made, taken, "c", 2)
    assert_earns(made, taken, "c", 2, returns="IGNORE")


def test_targets_and_unified_groups() -> None:
    made = group("UNIFIED", days(1, 1), target("net", values=[100]), target("count", kind="COUNT", values=[2]))
    records = [bill("b1", "2024-01-01T10:00:00", 60), bill("b2", "2024-01-01T11:00:00", 30)]
    assert_earns(made, records, "c", "count")
    with pytest.raises(AssertionError, match="c does not earn net"):
        assert_earns(made, records, "c", "net")
    with pytest.raises(AssertionError, match="c does not earn g"):
        assert_earns(made, records, "c", "g")
    assert_earns(made, [*records, bill("b3", "2024-01-01T12:00:00", 10)], "c", "g")


def test_what_is_not_there_is_told() -> None:
    made = group("STREAKS", days(1, 3), target(values=[100] * 3), streaks=levels(1, 2))
    records = [bill("b1", "2024-01-01T10:00:00", 100), event("e", "2024-01-02")]
    with pytest.raises(ValueError, match=r"no level is 'of 3'; expected one of of 1 \(1\), of 2 \(2\)"):
        assert_earns(made, records, "c", "of 3")
    with pytest.raises(
        AssertionError, match="d takes no part: no record is theirs, or they are not enrolled; known: c"
    ):
        assert_earns(made, records, "d", "of 1")
    plain = group("DEFAULT", days(1, 1), target(values=[100]))
    with pytest.raises(ValueError, match="no target is called 'spent'; expected one of spend"):
        assert_earns(plain, records, "c", "spent")
