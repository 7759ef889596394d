"""The check of responses against their models: an invalid response fails."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from mockcrm.core.versions import ApiVersion
from tests.support import responses
from tests.support.for_each import for_each

ROLES = "/crm/{version}/settings/roles"
ROLE: dict[str, Any] = {
    "display_label": "CEO",
    "forecast_manager": None,
    "share_with_peers": True,
    "name": "CEO",
    "description": None,
    "id": "554023000000026005",
    "reporting_to": None,
    "admin_user": True,
}
ERROR = {"code": "INVALID_DATA", "details": {}, "message": "invalid data", "status": "error"}


def validate(status: int, content: object, version: ApiVersion = ApiVersion.V2) -> None:
    responses.validate(ROLES, "GET", version, status, orjson.dumps(content))


def test_a_valid_response_passes() -> None:
    validate(200, {"roles": [ROLE]})
    validate(400, ERROR)
    responses.validate("/crm/{version}/{module}", "POST", ApiVersion.V2, 400, orjson.dumps({"data": [ERROR]}))
    responses.validate("/crm/{version}/{module}", "GET", ApiVersion.V2, 204, b"")


@for_each(
    ("status", "content"),
    [
        (200, {"roles": [{**ROLE, "more": 1}]}),
        (200, {"roles": [{key: value for key, value in ROLE.items() if key != "description"}]}),
        (200, {"roles": [{**ROLE, "id": 554023000000026005}]}),
        (200, {"roles": [{**ROLE, "admin_user": 1}]}),
        (200, {"roles": []}),
        (200, {"roles": [ROLE], "info": {}}),
        (200, ERROR),
        (400, {**ERROR, "details": []}),
        (400, {**ERROR, "more": None}),
        (204, {"roles": [ROLE]}),
    ],
)
def test_an_invalid_response_fails(status: int, content: object) -> None:
    with pytest.raises(AssertionError, match=re.escape(f"GET {ROLES} v2")):
        validate(status, content)


def test_a_version_has_its_own_model() -> None:
    with pytest.raises(AssertionError, match="admin_user"):
        validate(200, {"roles": [ROLE]}, ApiVersion.V3)


def test_an_endpoint_is_found_by_the_path_of_a_request() -> None:
    assert responses.endpoint_of("/crm/v2.1/settings/roles") == (ROLES, ApiVersion.V2_1)
    assert responses.endpoint_of("/crm/v8/Leads/5") == ("/crm/{version}/{module}/{id}", ApiVersion.V8)
    for path in ("/crm/v99/settings/roles", "/crm/bulk/v2/read", "/_mockcrm/health", "/oauth/v2/token"):
        assert responses.endpoint_of(path) is None
