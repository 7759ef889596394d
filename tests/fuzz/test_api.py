"""The emulated API: for any request no 5xx, responses as documented, and a rejected request changes nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.generation.case import Case

from tests.live.matching import JSON
from tests.support.responses import DOCUMENTS, check

from .conftest import KNOWN_IDS, Fuzzed
from .making import cases_of, conform, few, operations

TIDY: dict[str, Any] = {
    "id": {"enum": KNOWN_IDS},
    "Last_Name": {"type": "string", "maxLength": 300},
    "Company": {"type": "string"},
    "City": {"enum": ["A", "B", None]},
    "Languages": {"type": "array", "items": {"enum": ["A", "B", "C"]}, "maxItems": 3},
    "Annual_Revenue": {"type": "number"},
    "No_of_Employees": {"type": "integer"},
    "Email": {"enum": ["a@zylker.example", "none", None]},
    "Email_Opt_Out": {"type": "boolean"},
    "Owner": {"enum": [{"id": "554023000000235011"}, {"id": "1"}, "554023000000235011"]},
    "Lead_Status": {"enum": ["Contacted", "Nothing", None]},
    "Tag": {"enum": [[{"name": "x"}], []]},
}
"""Fields of a Lead with values that are mostly valid."""
FIELDS = (*TIDY, "Layout", "Modified_Time", "Account_Name", "Tier", "Nothing", "$append_values")
VALUES = (
    "A",
    "B",
    "2024-02-29",
    "2024-02-30",
    "2024-02-29T10:00:00+05:30",
    "${TODAY}",
    0,
    1,
    2**53,
    1e300,
    True,
    ["A"],
)
CRITERIA = ("(City:equals:A)", "((City:equals:A)and(Last_Name:starts_with:B))", "(a:b", "(", "(City:in:A,B)")


VERSIONS = ("v2", "v2.1", "v8")
RECORDS = ("MassUpdateValues", "NewRecord", "ChangedRecord", "UpsertedRecord")
"""The schemas of records in bodies."""


def documented(version: str) -> dict[str, Any]:
    """The document of a version, without what would make up tokens."""
    made = copy.deepcopy(DOCUMENTS.document(version, "http://crm.test"))
    del made["security"]
    return made


def known_document(version: str) -> dict[str, Any]:
    """The document with the ids, modules, fields and values of the org for what it allows."""
    made = documented(version)
    schemas = made["components"]["schemas"]
    for name, known in {
        "RecordId": KNOWN_IDS,
        "RecordIds": [",".join(KNOWN_IDS), *KNOWN_IDS],
        "ModuleName": ["Leads", "Accounts", "Clients", "Activities"],
        "FieldName": FIELDS,
        "FieldNames": ["Last_Name,City", "id", *FIELDS],
        "SearchCriteria": CRITERIA,
    }.items():
        schemas[name] = {"enum": list(known)}
    schemas["FieldValue"]["anyOf"].append({"enum": list(VALUES)})
    tidy = {"type": "object", "properties": TIDY, "additionalProperties": False, "minProperties": 1, "maxProperties": 4}
    for name in RECORDS:
        schemas[name] = {"anyOf": [tidy, schemas[name]]}
    return made


PATH = {"module": "Leads", "id": "1001", "api_name": "Leads"}
OPERATIONS: dict[str, list[Any]] = {}
"""The pairs of each operation that `operations` makes of the documents of VERSIONS, by verb and path."""
for version in VERSIONS:
    for found in operations(known_document(version), documented(version)):
        name = str(found.id).replace(f"/crm/{version}/", "/crm/{version}/")
        OPERATIONS.setdefault(name, []).append(found.values[0])
CALLS = [pytest.param(pairs, id=name) for name, pairs in OPERATIONS.items() if "/oauth/" not in name]
TOKENS = [OPERATIONS["POST /oauth/v2/token"][-1]]


@pytest.mark.parametrize("pairs", CALLS)
def test_any_request(fuzzed: Fuzzed, pairs: list[Any]) -> None:
    requests = st.one_of(*(cases_of(pair, PATH) for pair in pairs))
    before = fuzzed.state()

    @few
    @given(requests)
    def ask(case: Case) -> None:
        response = fuzzed.send(case, Authorization=f"Zoho-oauthtoken {fuzzed.token}")
        assert response.status_code < 500, response.text
        assert response.headers.get("Content-Type") == (JSON if response.content else None)
        conform(pairs, case, response)
        rules = filter(None, response.headers.get("X-Mockcrm-Rule", "").split(","))
        check(case.method, case.formatted_path, response.status_code, response.content, rules)
        if refused(response):
            assert "X-Mockcrm-Rule" in response.headers
            assert fuzzed.state() == before
        elif case.method != "GET":
            fuzzed.reset()
            assert fuzzed.state() == before

    ask()


def refused(response: Any) -> bool:
    """Return whether a request was rejected as a whole, after checking that its response has the service's form."""
    content = response.json() if response.content else {}
    lists = [value for key, value in content.items() if key in ("data", "custom_views", "tags")]
    items = lists[0] if len(lists) == 1 and "code" not in content else [content]
    errors = [item for item in items if isinstance(item, dict) and item.get("status") == "error"]
    for error in errors:
        assert set(error) == {"code", "details", "message", "status"}, error
        assert isinstance(error["details"], dict), error
    assert response.status_code < 400 or len(errors) == len(items), content
    return bool(errors) and len(errors) == len(items)


@pytest.mark.parametrize("operation", TOKENS)
def test_any_token_request(fuzzed: Fuzzed, operation: Any) -> None:
    known = {
        name: st.sampled_from([fuzzed.grant[name], "none"]) for name in ("client_id", "client_secret", "refresh_token")
    }
    forms = st.fixed_dictionaries({"grant_type": st.sampled_from(["refresh_token", "client_credentials"]), **known})

    @few
    @given(st.one_of(cases_of(operation, {}), forms.map(lambda form: operation[0].Case(body=form))))
    def ask(case: Case) -> None:
        response = fuzzed.send(case)
        assert response.status_code < 500, response.text
        assert response.headers["Content-Type"] == JSON
        assert ("access_token" in response.json()) is not ("error" in response.json() or "code" in response.json())

    ask()
