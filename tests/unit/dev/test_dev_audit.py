"""What the audit's services say is read, and no answer never passes for a clean one."""

import json

import pytest

from cartload_dev.audit import Advisory, NotAudited, read_npm_audit, read_pip_audit
from cartload_dev.commands import Done


def answer(document: object, code: int = 0) -> Done:
    return Done(code, json.dumps(document), "")


def test_advisories_on_python_packages_name_package_and_fix() -> None:
    weak = {"id": "PYSEC-1", "fix_versions": ["3.1.3", "3.2"], "aliases": [], "description": "It leaks."}
    unfixed = {"id": "PYSEC-2", "fix_versions": [], "aliases": [], "description": "It crashes."}
    packages = [
        {"name": "jinja2", "version": "3.1.2", "vulns": [weak, unfixed]},
        {"name": "six", "version": "1.17.0", "vulns": []},
    ]
    assert read_pip_audit(answer({"dependencies": packages, "fixes": []}, 1)) == [
        Advisory("jinja2 3.1.2", "PYSEC-1", "fixed in 3.1.3, 3.2"),
        Advisory("jinja2 3.1.2", "PYSEC-2", "fixed in no release"),
    ]


def test_python_packages_without_advisories_are_clean() -> None:
    assert read_pip_audit(answer({"dependencies": [{"name": "six", "version": "1", "vulns": []}]})) == []


@pytest.mark.parametrize("output", ["", "{}", "[]", '{"dependencies": []}'])
def test_an_audit_of_no_python_package_is_none(output: str) -> None:
    with pytest.raises(NotAudited, match=r"^ERROR: six: not found$"):
        read_pip_audit(Done(0, output, "WARNING: slow\nERROR: six: not found\n"))


def test_advisories_on_npm_packages_are_those_of_the_package_at_fault() -> None:
    advisory = {
        "source": 1,
        "name": "ws",
        "title": "Denial of service",
        "url": "https://example.test/GHSA-1",
        "severity": "high",
        "range": "<8.17.1",
    }
    found = {"ws": {"name": "ws", "via": [advisory]}, "azurite": {"name": "azurite", "via": ["ws"]}}
    assert read_npm_audit(answer({"auditReportVersion": 2, "vulnerabilities": found}, 1)) == [
        Advisory("ws <8.17.1", "https://example.test/GHSA-1", "Denial of service")
    ]


def test_npm_packages_without_advisories_are_clean() -> None:
    assert read_npm_audit(answer({"auditReportVersion": 2, "vulnerabilities": {}})) == []


def test_a_registry_that_refuses_to_audit_is_quoted() -> None:
    refused = {"message": "405 Method Not Allowed - POST /advisories", "error": {"summary": "", "detail": ""}}
    with pytest.raises(NotAudited, match=r"^405 Method Not Allowed - POST /advisories$"):
        read_npm_audit(answer(refused, 1))


def test_npm_without_an_answer_is_not_clean() -> None:
    with pytest.raises(NotAudited, match=r"^no answer, exit code 0$"):
        read_npm_audit(Done(0, "", ""))
