"""The official Python SDK 2.0, unmodified: what it does beyond test_official_sdks.py, and what it stores in files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.server import Org

from .driver import SDK, kind_of
from .outcomes import job, refused, scheduled, updated

pytestmark = pytest.mark.sdk

KIND = kind_of("python-2.0")
VIEW = "554023000000091516"
LEADS = [f"55402300000048000{number}" for number in range(1, 5)]
DEAL = "554023000000497007"
EMEA = "554023000000430409"
FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "manual"}},
    "modules": {
        "Clients": {"singular_label": "Client", "plural_label": "Clients", "fields": []},
        "Deals": {
            "fields": [
                {
                    "api_name": "Languages_Known",
                    "data_type": "multiselectpicklist",
                    "pick_list_values": ["English", "Spanish", "French"],
                }
            ]
        },
    },
    "territories": [{"id": EMEA, "name": "EMEA"}, {"name": "UK", "parent": "EMEA"}, {"name": "APAC"}],
    "custom_views": [
        {
            "id": VIEW,
            "module": "Leads",
            "name": "Contacted",
            "criteria": {"comparator": "equal", "field": "Lead_Status", "value": "Contacted"},
        }
    ],
    "records": {
        "Leads": [
            {
                "id": LEADS[0],
                "territories": ["EMEA"],
                "fields": {
                    "Last_Name": "Boyle",
                    "Company": "Zylker",
                    "City": "Old",
                    "Lead_Status": "Contacted",
                },
            },
            {
                "id": LEADS[1],
                "territories": ["UK"],
                "fields": {
                    "Last_Name": "Byrne",
                    "Company": "Zylker",
                    "City": "Old",
                    "Lead_Status": "Contacted",
                },
            },
            {
                "id": LEADS[2],
                "territories": ["APAC"],
                "fields": {
                    "Last_Name": "Lim",
                    "Company": "Zylker",
                    "City": "Old",
                    "Lead_Status": "Contacted",
                },
            },
            {
                "id": LEADS[3],
                "territories": ["EMEA"],
                "fields": {
                    "Last_Name": "Diaz",
                    "Company": "Zylker",
                    "City": "Old",
                    "Lead_Status": "Junk Lead",
                },
            },
        ],
        "Deals": [
            {
                "id": DEAL,
                "fields": {"Deal_Name": "Zylker", "Stage": "Qualification", "Languages_Known": ["French"]},
            }
        ],
    },
}


@pytest.fixture
def org(make_org: Callable[..., Org]) -> Org:
    return make_org(FIXTURE)


@pytest.fixture
def sdk(org: Org, tmp_path: Path) -> Iterator[SDK]:
    with SDK(KIND) as running:
        running.sign_in(org, tmp_path)
        yield running


def cities(sdk: SDK) -> list[str]:
    return [sdk.record("Leads", lead)["City"] for lead in LEADS]


def test_the_refresh_token_signs_in_and_its_access_token_is_stored(sdk: SDK, tmp_path: Path) -> None:
    assert sdk.record("Leads", LEADS[0])["Last_Name"] == "Boyle"
    with (tmp_path / "tokens.txt").open(newline="") as store:
        (kept,) = csv.DictReader(store)
    assert re.fullmatch(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}", kept["access_token"])

    assert sdk.record("Leads", LEADS[1])["Last_Name"] == "Byrne"
    with (tmp_path / "tokens.txt").open(newline="") as store:
        assert list(csv.DictReader(store)) == [kept]


def test_ids_may_be_numbers(sdk: SDK) -> None:
    """Later SDKs insist on strings; in this one the list is of any kind, and goes out as it is."""
    assert updated(sdk.mass_update("Leads", {"City": "Chennai"}, ids=[int(lead) for lead in LEADS])) == LEADS

    assert cities(sdk) == ["Chennai"] * 4


def test_ids_win_over_a_view_and_a_territory(org: Org, sdk: SDK) -> None:
    response = sdk.mass_update(
        "Leads",
        {"City": "Chennai"},
        ids=[LEADS[3]],
        cvid=VIEW,
        territory={"id": EMEA, "include_child": True},
        over_write=True,
    )

    assert updated(response) == [LEADS[3]]
    assert cities(sdk) == ["Old", "Old", "Old", "Chennai"]
    assert org.jobs() == []


def test_a_multi_select_is_added_to_or_replaced(sdk: SDK) -> None:
    def languages(*names: str, over_write: bool) -> list[str]:
        data = {"Languages_Known": [{"choice": name} for name in names]}
        assert updated(sdk.mass_update("Deals", data, ids=[DEAL], over_write=over_write)) == [DEAL]
        return list(sdk.record("Deals", DEAL)["Languages_Known"])

    assert languages("English", "French", over_write=False) == ["French", "English"]
    assert languages("Spanish", over_write=True) == ["Spanish"]


def test_a_second_job_on_a_view_is_refused_until_the_first_is_over(org: Org, sdk: SDK) -> None:
    first = scheduled(sdk.mass_update("Leads", {"City": "Chennai"}, cvid=VIEW))
    message = "Already a Mass Action scheduler is running for the given cvid"
    already = refused("ALREADY_SCHEDULED", message, {"api_name": "cvid"}, 202)

    assert sdk.mass_update("Leads", {"City": "Erode"}, cvid=VIEW) == already
    org.step(first, records=1)
    assert sdk.mass_update("Leads", {"City": "Erode"}, cvid=VIEW) == already
    org.run_jobs()
    second = scheduled(sdk.mass_update("Leads", {"City": "Erode"}, cvid=VIEW))

    org.run_jobs()
    assert sdk.status("Leads", second) == job("COMPLETED", 3, 0)
    assert cities(sdk) == ["Erode", "Erode", "Erode", "Old"]


def test_a_picklist_of_another_module_is_checked_by_the_sdk_before_it_sends(sdk: SDK) -> None:
    """The SDK takes the values from settings/fields, so the server's list decides what it lets through."""
    assert updated(sdk.mass_update("Leads", {"Lead_Status": {"choice": "Contacted"}}, ids=[LEADS[3]])) == [LEADS[3]]

    response = sdk.mass_update("Leads", {"Lead_Status": {"choice": "No Such Status"}}, ids=[LEADS[0]])

    assert "exception" in response
    assert sdk.record("Leads", LEADS[0])["Lead_Status"] == "Contacted"


def test_the_fields_of_every_module_are_cached_in_a_file(org: Org, tmp_path: Path) -> None:
    """With auto refresh the SDK requests the modules, then the fields of each, before its first call."""
    with SDK(KIND) as sdk:
        sdk.sign_in(org, tmp_path, auto_refresh_fields=True)
        assert updated(sdk.mass_update("Leads", {"City": "Chennai"}, ids=LEADS)) == LEADS

    (kept,) = (tmp_path / "resources").glob("*.json")
    fields = json.loads(kept.read_bytes())
    for module in (
        "leads",
        "accounts",
        "contacts",
        "deals",
        "price_books",
        "sales_orders",
        "invoices",
        "clients",
    ):
        assert fields[module], module
