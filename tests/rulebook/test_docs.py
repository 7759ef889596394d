"""docs/errors.md, docs/assumptions.md and GET /_mockcrm/coverage say what ERROR_BOOK, the setups and the tables say."""

from __future__ import annotations

import re

import yaml

from mockcrm.core.org_settings import OrgSettings
from mockcrm.crm import ENDPOINTS
from mockcrm.crm.error_book import ERROR_BOOK
from mockcrm.fixture_format.parse import parse_fixture
from tests.rulebook.cases import EXPECTED, SETUPS
from tests.support.application import Application
from tests.support.for_each import for_each
from tools import coverage as docs


@for_each("path", list(docs.generate()))
def test_generated_files_are_up_to_date(path: docs.Path) -> None:
    assert path.read_bytes() == docs.generate()[path], "run: python -m tools.coverage"


def test_docs_have_the_rows_of_the_catalogue() -> None:
    page = docs.errors_page()
    assert set(re.findall(r"^### (\w+)$", page, re.MULTILINE)) == set(ERROR_BOOK)
    assert set(re.findall(r"^\| \[(\w+)\]", page, re.MULTILINE)) == set(ERROR_BOOK)


def test_docs_show_the_responses_to_the_requests() -> None:
    for row in docs.coverage()["errors"]:
        responses = EXPECTED[row["name"]].responses
        documented = {version: response for response in row["answers"] for version in response["versions"]}
        assert [version.label for version in responses] == list(documented)
        for version, (status, body) in responses.items():
            response = documented[version.label]
            written = status == 202 and response["shape"] == "record"
            item = body if response["shape"] == "top" else next(iter(body.values()))[0]
            if "code" not in item:  # a custom view's refusal: one item of custom_views[], documented by its own shape
                item = next(iter(body.values()))[0]
            assert (response["code"], message_of(row["name"], response["message"])) == (item["code"], item["message"])
            # Writes of records get 202 in v2 when nothing was written, with any error of the record.
            assert response["status"] == (400 if written else status)


def message_of(name: str, message: str) -> str:
    """The sample of this row names another right than its request requires."""
    return message.replace("to update", "to add") if name == "WRITE_DENIED" else message


def test_snippets_of_the_page_are_the_fixtures_of_the_tests() -> None:
    sections = re.split(r"^### ", docs.errors_page(), flags=re.MULTILINE)[1:]
    found = {}
    for section in sections:
        name = section.split("\n", 1)[0]
        for snippet in re.findall(r"```yaml\n(.*?)\n```", section, re.DOTALL):
            found[name] = yaml.safe_load(snippet)
            parse_fixture(found[name], name)
    assert found == {name: {"mockcrm": 1, **setup.fixture} for name, setup in SETUPS.items() if setup.fixture}


def test_switches_of_assumptions_are_settings() -> None:
    for entry in docs.assumptions():
        switch = entry.get("switch", "").partition(":")[0]
        assert switch == "" or switch in OrgSettings.model_fields


def test_control_api_returns_the_coverage(application: Application) -> None:
    response = application.send("GET", "/_mockcrm/coverage")
    assert response.status_code == 200
    content = response.json()
    assert content == docs.coverage()
    assert {row["name"] for row in content["errors"]} == set(ERROR_BOOK)
    assert {(item["path"], item["method"]) for item in content["endpoints"] if item["since"]} == {
        (endpoint.path, method) for endpoint in ENDPOINTS for method in endpoint.operations
    }
