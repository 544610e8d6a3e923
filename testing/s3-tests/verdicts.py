"""A plugin of pytest: writes one line of JSON for each test to the file that VERDICTS names, from whichever worker ran it."""
import json
import os

import pytest

_tests = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    test = _tests.setdefault(item.nodeid, {
        "test": item.nodeid.split("/")[-1],
        "marks": sorted({mark.name for mark in item.iter_markers()}),
        "phases": {},
        "reason": "",
    })
    test["phases"][report.when] = report.outcome
    if report.outcome != "passed" and not test["reason"] and call.excinfo is not None:
        test["reason"] = f"{call.excinfo.typename}: {call.excinfo.value}".replace("\n", " ")[:300]
    if report.when == "teardown" and os.environ.get("VERDICTS"):
        phases = test.pop("phases")
        if "skipped" in phases.values():
            test["verdict"] = "skipped"
        elif phases.get("setup") == "passed" and phases.get("call") == "passed":
            test["verdict"] = "passed"
        else:
            test["verdict"] = "failed"
        with open(os.environ["VERDICTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(test) + "\n")
