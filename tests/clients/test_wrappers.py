"""Two wrappers of the API from the package index that are not the vendor's: zoho_crm_connector, which sends prepared
requests again after a 401, and zohocrm-python, which writes module names in small letters."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from .real_client import printed, require


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    wrappers = require("python-wrappers", "pip")
    return printed(tmp_path_factory.mktemp("wrappers"), sys.executable, "wrappers.py", path=wrappers)


@pytest.mark.sdk
def test_zoho_crm_connector(found: Any) -> None:
    assert found["connector"] == {
        "user": ["Charles Stone", "554023000000235014"],
        "no user": ["Nobody", None],
        "fields": ["Account_Name", "Industry", "Owner"],
        "pages": [20, 14],
        "nothing new": [],
        "made": [True, "Brass (and) Sons", "Manufacturing", "+44 7779 330558"],
        "changed": [True, True, "Retail"],
        "updated": [True, "SUCCESS"],
        "read": "https://brass.example",
        "refused": [False, "MANDATORY_NOT_FOUND"],
        "deleted": [True, "SUCCESS"],
        "recycle bin": [["Brass (and) Sons"], ["recycle"]],
        "after a 401": [1, True],
    }


@pytest.mark.sdk
def test_zoho_crm_connector_when_the_accounts_host_fails(found: Any) -> None:
    assert found["failures"] == {
        "no token": "Zoho refresh token is not valid: {'token_type': 'Bearer'}",
        "throttled": "API failure trying to get access token: Bad Request",
        "revoked": "Zoho refresh token is not valid: {'error': 'invalid_code'}",
        "page": "API failure trying to get access token: Service Unavailable",
    }


@pytest.mark.sdk
def test_zohocrm_python(found: Any) -> None:
    assert found["gearplug"] == {
        "renewed": True,
        "modules": ["Clients", "Deals", "Leads"],
        "fields": True,
        "users": ["admin@mockcrm.example", "patricia@zylker.example", "rep@zylker.example", "support@zylker.example"],
        "made": "SUCCESS",
        "lists": {"leads": 80, "accounts": 34, "deals": 35},
        "read": True,
    }
