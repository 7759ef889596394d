"""For any body the response has Zoho's form, it is not a 500, and a request rejected as a whole changes nothing."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.application import JSON_TYPE, Application, OrgApi

LANGUAGES = {"api_name": "Languages", "data_type": "multiselectpicklist", "pick_list_values": ["A", "B"]}
FIXTURE = {
    "modules": {"Leads": {"fields": [LANGUAGES]}},
    "custom_views": [{"id": "2001", "module": "Leads", "name": "Every Lead"}],
    "territories": [{"id": "3001", "name": "EMEA"}],
    "records": {
        "Leads": [{"id": "1001", "territories": ["EMEA"], "fields": {"Last_Name": "Boyle", "Languages": ["A"]}}]
    },
}
PATHS = [
    ("POST", "/crm/{}/Leads/actions/mass_update"),
    ("POST", "/crm/{}/Leads"),
    ("PUT", "/crm/{}/Leads"),
    ("PUT", "/crm/{}/Leads/1001"),
]

# Code points below the surrogates: what orjson, which makes the bodies, can write.
texts = st.text(st.characters(max_codepoint=0xD7FF), max_size=6)
ids = st.sampled_from(["1001", "2001", "3001", 1001, 2001, 3001, "999", ""])
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts | ids | st.sampled_from(["A", "2024-02-30", "${TODAY}", "-0"])
fields = st.sampled_from(
    [
        *("City", "Languages", "Annual_Revenue", "No_of_Employees", "Email_Opt_Out", "Last_Name", "Email", "Owner"),
        *("Lead_Status", "Tag", "id", "Converted_Date_Time", "Layout", "$append_values", "Nothing"),
    ]
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | fields, inner, max_size=3)
)
leaves = st.fixed_dictionaries(
    {
        "comparator": st.sampled_from(["equal", "not_equal", "in", "between", "contains", "less_than", "include_all"])
        | texts,
        "field": fields | values,
        "value": values,
    }
)
criteria = st.recursive(
    leaves,
    lambda inner: st.fixed_dictionaries(
        {"group_operator": st.sampled_from(["and", "OR", "xor"]) | values, "group": st.lists(inner, max_size=3)}
    ),
    max_leaves=6,
)
records = st.dictionaries(fields | texts, values, max_size=3)
bodies = (
    st.fixed_dictionaries(
        {"data": st.lists(records, max_size=3)},
        optional={
            "ids": st.lists(ids | values, max_size=4) | values,
            "cvid": ids | values,
            "territory": st.fixed_dictionaries({"id": ids | values}, optional={"include_child": values}) | values,
            "over_write": st.booleans() | values,
            "criteria": criteria | values,
            "trigger": values,
        },
    )
    | st.dictionaries(st.sampled_from(["data", "ids", "cvid", "territory", "criteria"]), values, max_size=5)
    | values
)


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def items_of(content: Any) -> list[dict[str, Any]]:
    return content["data"] if set(content) == {"data"} else [content]


@pytest.mark.parametrize(("method", "path"), PATHS)
@given(body=bodies, version=st.sampled_from(["v2", "v2.1", "v5", "v8"]))
def test_any_body(org: OrgApi, method: str, path: str, body: Any, version: str) -> None:
    application = org.application
    before = org.dump()
    response = org.send(method, path.format(version), orjson.dumps(body))
    assert response.status_code in (200, 201, 202, 207, 400, 403), (body, response.text)
    assert response.headers["content-type"] == JSON_TYPE
    items = items_of(response.json())
    for item in items:
        assert set(item) == {"code", "details", "message", "status"}
        assert item["status"] in ("success", "error")
    refused = [item for item in items if item["status"] == "error"]
    assert bool(refused) is ("x-mockcrm-rule" in response.headers)
    if len(refused) == len(items):
        assert org.dump() == before
    else:
        application.registry.reset(org.name)


@pytest.mark.parametrize(("method", "path"), PATHS)
@given(body=st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(org: OrgApi, method: str, path: str, body: bytes) -> None:
    before = org.dump()
    response = org.send(method, path.format("v2"), body)
    assert response.status_code in (202, 400)
    assert [item["status"] for item in items_of(response.json())] == ["error"] * len(items_of(response.json()))
    assert org.dump() == before
