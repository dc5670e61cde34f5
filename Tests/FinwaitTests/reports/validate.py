"""Holds a report of `finwait check` against its schema or a consumer.

usage: validate.py KIND FILE [SCHEMA]; prints what was read, and fails where something is wrong.
"""

import json
import sys
from pathlib import Path

import jsonschema
import junitparser
import xmlschema
import yaml

PLACE = Path(sys.executable).parent.parent

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./).+"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def junit(path):
    xmlschema.validate(path, str(PLACE / "junit-10.xsd"))
    report = junitparser.JUnitXml.fromfile(path)
    cases = [case for suite in report for case in suite]
    failed = [case.name for case in cases if not case.is_passed]
    assert report.tests == len(cases), "the count of tests"
    assert report.failures + report.errors == len(failed), "the count of failures"
    return failed


def sarif(path):
    log = json.loads(Path(path).read_text())
    schema = json.loads((PLACE / "sarif-schema-2.1.0.json").read_text())
    jsonschema.Draft4Validator(schema).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    prints = [result["partialFingerprints"]["violation/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints), "a fingerprint for each result"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"], "the rule's place"
    return sorted({result["ruleId"] for result in run["results"] if result["level"] == "error"})


def gitlab(path):
    issues = json.loads(Path(path).read_text())
    jsonschema.Draft202012Validator(CODE_QUALITY).validate(issues)
    prints = [issue["fingerprint"] for issue in issues]
    assert len(set(prints)) == len(prints), "a fingerprint for each issue"
    return sorted({issue["check_name"] for issue in issues if issue["severity"] == "major"})


def rules(path, schema):
    schema = json.loads(Path(schema).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    document = yaml.safe_load(Path(path).read_text())
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
    return [error.json_path for error in errors]


if __name__ == "__main__":
    kind = {"junit": junit, "sarif": sarif, "gitlab": gitlab, "rules": rules}[sys.argv[1]]
    print(json.dumps(kind(*sys.argv[2:])))
