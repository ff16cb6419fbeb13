#!/usr/bin/env python3
"""Prints "<passed> <failed>" test cases of a Bazel run.

    count_test_cases.py EVENTS EXIT_STATUS

EVENTS is what --build_event_json_file wrote. A test target without a readable report, or that was not built, counts as
one case. A run that failed without a failed case counts one.
"""

import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree


def report_of(result):
    for output in result.get("testActionOutput", []):
        if output["name"] == "test.xml":
            return pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path))
    return None


def cases_of(result):
    """(passed, failed) of one attempt at one target."""
    failed_as_a_whole = result.get("status") not in ("PASSED", "FLAKY")
    passed = failed = 0
    try:
        for case in xml.etree.ElementTree.parse(report_of(result)).iter("testcase"):
            if case.get("status") == "notrun" or case.find("skipped") is not None:
                continue
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            else:
                passed += 1
    except (OSError, TypeError, xml.etree.ElementTree.ParseError):
        passed = failed = 0
    if failed_as_a_whole and failed == 0:
        return (0, 1)
    return (passed, failed) if passed + failed else (1, 0)


def count(events):
    last_attempts = {}
    unbuilt = set()
    for event in events:
        kind = event["id"]
        if "testResult" in kind:
            key = (kind["testResult"]["label"], kind["testResult"].get("shard"), kind["testResult"].get("run"))
            last_attempts[key] = cases_of(event["testResult"])
        elif "targetCompleted" in kind and not event.get("completed", {}).get("success"):
            unbuilt.add(kind["targetCompleted"]["label"])
    passed = sum(cases[0] for cases in last_attempts.values())
    failed = sum(cases[1] for cases in last_attempts.values())
    return passed, failed + len(unbuilt - {label for label, _, _ in last_attempts})


def main():
    events_path, status = sys.argv[1], int(sys.argv[2])
    try:
        with open(events_path, encoding="utf-8") as lines:
            passed, failed = count([json.loads(line) for line in lines if line.strip()])
    except OSError:
        passed = failed = 0
    if status != 0 and failed == 0:
        failed = 1
    print(passed, failed)


if __name__ == "__main__":
    main()
