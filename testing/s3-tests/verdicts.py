"""A plugin of pytest: writes one line of JSON for each test to the file that VERDICTS names, from whichever worker ran it.

The suite knows one address for all services. Where IAM_ENDPOINT is set, its clients of IAM go there. Clients for which it names an
empty region get one, since no signature can be made for none.
"""
import json
import os

import boto3
import pytest

_client = boto3.client


def _client_at_its_door(*arguments, **options):
    if options.get("region_name") == "":
        options["region_name"] = "us-east-1"
    service = options.get("service_name", arguments[0] if arguments else None)
    if service == "iam" and os.environ.get("IAM_ENDPOINT"):
        options["endpoint_url"] = os.environ["IAM_ENDPOINT"]
    return _client(*arguments, **options)


boto3.client = _client_at_its_door

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
