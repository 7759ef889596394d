"""Airbyte's Zoho CRM source, unmodified and without any configuration of the address: it calls https://zohoapis.com and
https://accounts.zoho.com, sends prepared requests, and reads every module that the metadata lists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .real_client import printed, require

CONFIG = {
    "client_id": "1000.DEMOCLIENT",
    "client_secret": "demo-secret",
    "refresh_token": "1000.demo.refresh",
    "dc_region": "US",
    "environment": "Production",
}
EMPTY_LISTS = re.compile(r"\S+ (?:Territories|Languages_Known): (?:type|minItems)")
"""The only records that do not fit the schema that the source discovers: it takes every field with several values for a
list that is not empty."""


@pytest.mark.sdk
def test_airbyte_reads_the_demo_org(tmp_path: Path) -> None:
    airbyte = require("airbyte", "a Python 3.11")

    found = printed(tmp_path, airbyte / "bin" / "python", "airbyte_sync.py", json.dumps(CONFIG))

    quiet = {"exit": 0, "errors": [], "warnings": []}
    assert found["check"] == {**quiet, "status": ["SUCCEEDED"]}
    discovered = found["discover"]
    assert discovered["concurrency"] == 20  # that of the edition enterprise, which it reads from /org
    assert {name: discovered[name] for name in quiet} == quiet
    assert discovered["streams"].keys() >= {
        f"incremental_{name}_zoho_crm_stream" for name in ("leads", "tasks", "price__books", "invoices", "clients")
    }
    assert min(discovered["streams"].values()) > 5
    assert {name: found["read"][name] for name in quiet} == quiet
    assert found["read"]["records"] == {
        "incremental_leads_zoho_crm_stream": 79,  # two are converted
        "incremental_accounts_zoho_crm_stream": 34,
        "incremental_contacts_zoho_crm_stream": 35,
        "incremental_deals_zoho_crm_stream": 35,
        "incremental_clients_zoho_crm_stream": 18,
    }
    assert [text for text in found["read"]["invalid"] if not EMPTY_LISTS.fullmatch(text)] == []
    assert found["again"] == {**quiet, "records": {}, "invalid": []}
