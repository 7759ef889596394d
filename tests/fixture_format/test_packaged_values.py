"""Values in fixtures: an org may hold older values that a write would not take, but the included fixtures have none."""

from __future__ import annotations

from typing import Any

import orjson

from mockcrm.core.catalog.model import COLUMN_FIELDS
from mockcrm.core.field_values import InvalidFieldValue, ValueContext, to_stored
from mockcrm.core.versions import LATEST
from tests.fixture_format.loading import LoadedOrg, packaged
from tests.support.for_each import for_each

NAMES = ["approval", "blueprint", "demo", "empty", "locked", "over_limit", "restricted_user", "territories"]


def invalid_values(org: LoadedOrg) -> list[tuple[str, str, Any]]:
    """The values of up to 200 records of each module that a record write would refuse."""
    metadata, found = org.metadata, []
    context = ValueContext(LATEST, metadata.users, offset=metadata.org.offset)
    for module in metadata.modules_by_id.values():
        for (text,) in org.rows("SELECT fields FROM record WHERE module_id = ? LIMIT 200", module.id):
            for name, value in orjson.loads(text).items():
                if value is None or name in COLUMN_FIELDS or name not in module.fields:
                    continue
                try:
                    to_stored(module.fields[name], value, context)
                except InvalidFieldValue:
                    found.append((module.api_name, name, value))
    return found


@for_each("name", NAMES)
def test_values_of_an_included_fixture_are_valid(name: str) -> None:
    assert invalid_values(LoadedOrg(packaged(name))) == []


def test_a_fixture_may_have_values_that_a_write_would_not_take() -> None:
    fields = {"Last_Name": "Boyle", "Phone": "() Not provided.", "Website": "none", "Email": "unknown"}
    org = LoadedOrg({"records": {"Leads": [{"id": "1", "fields": fields}]}})
    assert org.values(1) == {**fields, "Full_Name": "Boyle"}
    assert {name for _, name, _ in invalid_values(org)} == {"Phone", "Website", "Email"}
