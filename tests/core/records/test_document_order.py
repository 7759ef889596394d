"""The order of a document's members, which equality of text relies on: nothing nested before what is plain."""

from __future__ import annotations

from mockcrm.core.catalog.loader import standard_modules
from mockcrm.core.org_metadata.model import OrgModule, is_special, may_nest
from tests.support.application import Application
from tests.support.for_each import for_each


@for_each("name", standard_modules())
def test_nested_fields_are_after_plain_and_before_special_ones(name: str) -> None:
    fields = OrgModule(0, 0, standard_modules()[name]).document_fields
    places = [(is_special(field), may_nest(field)) for field in fields]
    assert places == sorted(places)


@for_each(
    ("values", "found"),
    [
        ({"Subject": "Call back"}, True),
        ({"Subject": "CALL BACK"}, True),
        ({"Subject": "Call back "}, False),
        ({"Subject": "Call bac"}, False),
        ({"Subject": "x", "Recurring_Activity": {"RRULE": "FREQ=DAILY", "Subject": "Call back"}}, False),
        ({"Subject": "Call back", "Recurring_Activity": {"RRULE": "FREQ=DAILY", "Subject": "x"}}, True),
        ({"Subject": "x", "Description": 'say "Subject":"Call back" to them'}, False),
        ({"Subject": "x", "Priority": 'a\\","Subject":"Call back'}, False),
    ],
)
def test_text_equality_looks_at_the_field_itself(
    application: Application, values: dict[str, object], found: bool
) -> None:
    view = {
        "module": "Tasks",
        "name": "Due",
        "criteria": {"comparator": "equal", "field": "Subject", "value": "Call back"},
    }
    org = application.org(
        {
            "mockcrm": 1,
            "custom_views": [{"id": "91", **view}],
            "records": {"Tasks": [{"id": "7", "fields": {"Subject": "y"}}]},
        }
    )
    response = org.send("PUT", "/crm/v2/Tasks/7", {"data": [values]})
    assert response.status_code == 200, response.text
    listed = org.get("/crm/v2/Tasks", cvid="91")
    assert (listed.status_code == 200) is found
