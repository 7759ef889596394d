"""Random criteria over random records: a view's list, a search where it can say the same, and a plain model agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockcrm.core.criteria import CriteriaContext
from mockcrm.core.criteria.comparators import COMPARATORS
from mockcrm.crm.search.rules import MAX_CONDITIONS
from tests.core.criteria.criteria_model import COLUMNS, CONTEXT, FIELDS, matches, record
from tests.core.criteria.test_criteria_property import IN_COLUMNS, RECORDS, leaves
from tests.support.application import Application, OrgApi

VIEW = 501
TYPES = {
    "Company": "text",
    "Lead_Status": "picklist",
    "Description": "textarea",
    "Email_Opt_Out": "boolean",
    "Annual_Revenue": "currency",
    "No_of_Employees": "integer",
    "Score": "bigint",
    "Birthday": "date",
    "Met_At": "datetime",
    "Account_Name": "lookup",
    "Reviewer": "userlookup",
    "Languages": "multiselectpicklist",
}
NAMES = [*TYPES, *(name for name in ("id", "Owner", "Created_By", "Modified_By", "Created_Time", "Modified_Time"))]
FIXTURE: dict[str, Any] = {
    "org": {"id": "554023000000000001", "time_zone": "+05:30"},
    "modules": {
        "Things": {
            "singular_label": "Thing",
            "plural_label": "Things",
            "fields": [
                {"api_name": name, "data_type": data_type, **({"lookup": "Accounts"} if data_type == "lookup" else {})}
                for name, data_type in TYPES.items()
            ],
        }
    },
    "custom_views": [{"id": VIEW, "module": "Things", "name": "Tried", "criteria": None}],
}
FIXTURE["custom_views"][0].pop("criteria")
OPERATOR_OF = {name: row.search.name for name, row in COMPARATORS.items() if row.search is not None}
ROWS = RECORDS.map(lambda row: {name: value for name, value in row.items() if name in COLUMNS or name in TYPES})
TREES = st.recursive(
    st.sampled_from(NAMES).flatmap(leaves),
    lambda members: st.fixed_dictionaries(
        {"group_operator": st.sampled_from(["and", "or"]), "group": st.lists(members, min_size=1, max_size=4)}
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    made = application.org(FIXTURE)
    with made.using() as opened:
        opened.set_clock(opened.clock.freeze(CONTEXT.now))
    return made


def test_the_model_and_the_org_have_the_same_kinds_of_fields(org: OrgApi) -> None:
    with org.using() as opened:
        fields = opened.metadata.modules["Things"].fields
    assert {name: FIELDS[name].data_type for name in NAMES} == {name: fields[name].data_type for name in NAMES}
    assert {name for name in NAMES if name not in TYPES} < IN_COLUMNS


def as_search(tree: Mapping[str, Any]) -> str | None:
    """The criteria of a search that mean the tree; None where there are none."""
    if "group" in tree:
        members = [as_search(member) for member in tree["group"]]
        if None in members:
            return None
        joined = tree["group_operator"].join(str(member) for member in members)
        return f"({joined})" if len(members) > 1 else joined
    operator = OPERATOR_OF.get(tree["comparator"])
    value = tree["value"]
    several = isinstance(value, list)
    if operator is None or several != (operator in ("in", "between")):
        return None
    text = ",".join(_text(item) for item in (value if several else [value]))
    return f"({tree['field']}:{operator}:{text})"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value["id"]
    if value in (None, ""):
        value = "${EMPTY}"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, float) else str(value)
    return "".join(f"\\{character}" if character in "(),\\" else character for character in text)


def conditions(tree: Mapping[str, Any]) -> int:
    return sum(map(conditions, tree["group"])) if "group" in tree else 1


def ids_of(response: Any) -> list[int]:
    assert response.status_code in (200, 204), response.text
    return [int(item["id"]) for item in response.json()["data"]] if response.content else []


def test_view_search_and_model_agree(org: OrgApi) -> None:
    expressed: list[bool] = []

    @settings(suppress_health_check=list(HealthCheck))
    @given(st.lists(ROWS, min_size=1, max_size=6), st.lists(TREES, min_size=1, max_size=4))
    def check(rows: list[dict[str, Any]], trees: list[Any]) -> None:
        expressed.extend(assert_agreement(org, rows, trees))

    check()
    assert sum(expressed) > len(expressed) / 4, "too few trees could be searched for"


def assert_agreement(org: OrgApi, rows: list[dict[str, Any]], trees: list[Any]) -> list[bool]:
    """Compare views, counts and searches with the model; return for each tree whether it can be searched for."""
    expressed = []
    records = [record(number, **row) for number, row in enumerate(rows, 1)]
    with org.using() as opened:
        metadata = opened.metadata
        things = metadata.modules["Things"]
        context = CriteriaContext(metadata.admin_id, CONTEXT.now, 19800)

        def store(connection: Any) -> None:
            connection.execute("DELETE FROM record")
            for item in records:
                document = {field.api_name: item["fields"].get(field.api_name) for field in things.document_fields}
                connection.execute(
                    f"INSERT INTO record (module_id, fields, {', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (things.id, orjson.dumps(document).decode(), *(item[name] for name in COLUMNS)),
                )

        opened.write_blocking(store)
        views: Any = metadata.views
        for tree in trees:
            expected = [item["id"] for item in reversed(records) if matches(tree, item, things.fields, context)]
            views[VIEW] = replace(views[VIEW], criteria=tree)
            everything = {"fields": "id", "converted": "both", "approved": "both"}
            assert ids_of(org.get("/crm/v8/Things", cvid=VIEW, **everything)) == expected, tree
            count = org.get("/crm/v8/Things/actions/count", cvid=VIEW, converted="both", approved="both")
            assert count.json() == {"count": len(expected)}
            criteria = as_search(tree)
            expressed.append(criteria is not None)
            if criteria is None or conditions(tree) > MAX_CONDITIONS:
                continue
            found = org.get("/crm/v8/Things/search", criteria=criteria, **everything)
            assert ids_of(found) == expected, criteria
    return expressed
