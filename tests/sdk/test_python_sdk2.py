"""The official Python SDK 2.0, unmodified, signs in by refresh token, mass updates and follows the job."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from tests.live.server import Org

pytestmark = pytest.mark.sdk

SCRIPT = Path(__file__).parent / "scripts" / "python_sdk2.py"
VIEW = "554023000000091516"
LEADS = [554023000000480001, 554023000000480002, 554023000000480003, 554023000000480004]
DEAL = 554023000000497007
EMEA = 554023000000430409
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
    "territories": [{"id": str(EMEA), "name": "EMEA"}, {"name": "UK", "parent": "EMEA"}, {"name": "APAC"}],
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
                "id": str(LEADS[0]),
                "territories": ["EMEA"],
                "fields": {
                    "Last_Name": "Boyle",
                    "Company": "Zylker",
                    "City": "Old",
                    "Lead_Status": "Contacted",
                },
            },
            {
                "id": str(LEADS[1]),
                "territories": ["UK"],
                "fields": {
                    "Last_Name": "Byrne",
                    "Company": "Zylker",
                    "City": "Old",
                    "Lead_Status": "Contacted",
                },
            },
            {
                "id": str(LEADS[2]),
                "territories": ["APAC"],
                "fields": {
                    "Last_Name": "Lim",
                    "Company": "Zylker",
                    "City": "Old",
                    "Lead_Status": "Contacted",
                },
            },
            {
                "id": str(LEADS[3]),
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
                "id": str(DEAL),
                "fields": {"Deal_Name": "Zylker", "Stage": "Qualification", "Languages_Known": ["French"]},
            }
        ],
    },
}


class SDK:
    """The SDK in a process of its own; each call is answered with what its object says."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([name, arguments]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the SDK's process ended with {self.process.wait(timeout=30)}"
        return dict(json.loads(line))

    def mass_update(self, module: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self.call("mass_update", module=module, data=data, **more)

    def status(self, module: str, job_id: str) -> dict[str, Any]:
        return self.call("mass_update_status", module=module, job_id=job_id)

    def record(self, module: str, record_id: int) -> dict[str, Any]:
        answer = self.call("get_record", module=module, record_id=record_id)
        assert answer["http"] == 200, answer
        (found,) = answer["data"]
        return dict(found)

    def cities(self) -> list[str]:
        return [self.record("Leads", lead)["City"] for lead in LEADS]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.communicate(timeout=60)


def sign_in(org: Org, folder: Path, **options: bool) -> SDK:
    sdk = SDK()
    sdk.call(
        "initialize",
        url=org.url,
        client_id=org.client_id,
        client_secret=org.client_secret,
        refresh_token=org.refresh_token,
        folder=str(folder),
        **options,
    )
    return sdk


@pytest.fixture
def org(make_org: Callable[..., Org]) -> Org:
    return make_org(FIXTURE)


@pytest.fixture
def sdk(org: Org, tmp_path: Path) -> Iterator[SDK]:
    with sign_in(org, tmp_path) as running:
        yield running


def updated(answer: dict[str, Any]) -> list[int]:
    """The ids of an answer that must hold only updated records."""
    assert (answer["class"], answer["http"]) == ("MassUpdateActionWrapper", 200), answer
    for item in answer["data"]:
        assert item["class"] == "MassUpdateSuccessResponse", item
        assert (item["status"], item["code"], item["message"]) == ("success", "SUCCESS", "record updated")
        assert item["details"].keys() == {"Modified_Time", "Modified_By", "Created_Time", "id", "Created_By"}
    return [item["details"]["id"] for item in answer["data"]]


def scheduled(answer: dict[str, Any]) -> str:
    """The job id of an answer that must have scheduled one."""
    assert (answer["class"], answer["http"]) == ("MassUpdateActionWrapper", 200), answer
    (item,) = answer["data"]
    job_id = item["details"]["job_id"]
    assert item == {
        "class": "MassUpdateSuccessResponse",
        "status": "success",
        "code": "SUCCESS",
        "message": "mass update scheduled successfully",
        "details": {"job_id": job_id},
    }
    return str(job_id)


def job(status: str, updated_count: int, not_updated_count: int) -> dict[str, Any]:
    """The status answer of a job of which no record failed."""
    return {
        "class": "MassUpdateResponseWrapper",
        "http": 200,
        "data": [
            {
                "class": "MassUpdate",
                "status": status,
                "failed_count": 0,
                "updated_count": updated_count,
                "not_updated_count": not_updated_count,
                "total_count": updated_count + not_updated_count,
            }
        ],
    }


def refused(code: str, message: str, details: dict[str, Any], http: int) -> dict[str, Any]:
    """An answer whose only item is that error."""
    item = {"class": "APIException", "status": "error", "code": code, "message": message, "details": details}
    return {"class": "MassUpdateActionWrapper", "http": http, "data": [item]}


def test_the_refresh_token_signs_in_and_its_access_token_is_kept(sdk: SDK, tmp_path: Path) -> None:
    assert sdk.record("Leads", LEADS[0])["Last_Name"] == "Boyle"
    with (tmp_path / "tokens.txt").open(newline="") as store:
        (kept,) = csv.DictReader(store)
    assert re.fullmatch(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}", kept["access_token"])

    assert sdk.record("Leads", LEADS[1])["Last_Name"] == "Byrne"
    with (tmp_path / "tokens.txt").open(newline="") as store:
        assert list(csv.DictReader(store)) == [kept]


def test_a_wrong_client_secret_is_told_by_the_sdk(org: Org, tmp_path: Path) -> None:
    org.granted = {**org.granted, "client_secret": "wrong"}
    with sign_in(org, tmp_path) as sdk:
        answer = sdk.call("get_record", module="Leads", record_id=LEADS[0])

    assert answer == {"exception": "Caused By: INVALID TOKEN ERROR - invalid_client_secret"}


def test_ids_are_updated_at_once(sdk: SDK) -> None:
    answer = sdk.mass_update("Leads", {"City": "Chennai"}, ids=LEADS[:2])

    assert updated(answer) == LEADS[:2]
    assert sdk.cities() == ["Chennai", "Chennai", "Old", "Old"]


def test_ids_may_be_strings(sdk: SDK) -> None:
    answer = sdk.mass_update("Leads", {"City": "Chennai"}, ids=[str(lead) for lead in LEADS])

    assert updated(answer) == LEADS
    assert sdk.cities() == ["Chennai"] * 4


def test_ids_win_over_a_view_and_a_territory(org: Org, sdk: SDK) -> None:
    answer = sdk.mass_update(
        "Leads",
        {"City": "Chennai"},
        ids=[LEADS[3]],
        cvid=VIEW,
        territory={"id": EMEA, "include_child": True},
        over_write=True,
    )

    assert updated(answer) == [LEADS[3]]
    assert sdk.cities() == ["Old", "Old", "Old", "Chennai"]
    assert org.jobs() == []


def test_a_bad_id_fails_alone(sdk: SDK) -> None:
    answer = sdk.mass_update("Leads", {"City": "Chennai"}, ids=[LEADS[0], 554023000000999999])

    good, bad = answer["data"]
    assert (answer["http"], good["class"], good["details"]["id"]) == (
        200,
        "MassUpdateSuccessResponse",
        LEADS[0],
    )
    assert bad == {
        "class": "APIException",
        "status": "error",
        "code": "INVALID_DATA",
        "message": "the id given seems to be invalid",
        "details": {"id": 554023000000999999},
    }
    assert sdk.cities() == ["Chennai", "Old", "Old", "Old"]


def test_a_multi_select_is_added_to_or_replaced(sdk: SDK) -> None:
    def languages(*names: str, over_write: bool) -> list[str]:
        data = {"Languages_Known": [{"choice": name} for name in names]}
        assert updated(sdk.mass_update("Deals", data, ids=[DEAL], over_write=over_write)) == [DEAL]
        return list(sdk.record("Deals", DEAL)["Languages_Known"])

    assert languages("English", "French", over_write=False) == ["French", "English"]
    assert languages("Spanish", over_write=True) == ["Spanish"]


def test_a_view_is_updated_by_a_job_that_is_followed_to_its_end(org: Org, sdk: SDK) -> None:
    job_id = scheduled(sdk.mass_update("Leads", {"City": "Chennai"}, cvid=VIEW))

    assert sdk.status("Leads", job_id) == job("SCHEDULED", 0, 3)
    org.step(job_id, records=1)
    assert sdk.status("Leads", job_id) == job("RUNNING", 1, 2)
    assert sorted(sdk.cities()) == ["Chennai", "Old", "Old", "Old"]
    org.run_jobs()
    assert sdk.status("Leads", job_id) == job("COMPLETED", 3, 0)
    assert sdk.cities() == ["Chennai", "Chennai", "Chennai", "Old"]


@pytest.mark.parametrize(
    ("include_child", "cities"),
    [(False, ["Chennai", "Old", "Old", "Old"]), (True, ["Chennai", "Chennai", "Old", "Old"])],
)
def test_a_view_is_cut_to_a_territory(org: Org, sdk: SDK, include_child: bool, cities: list[str]) -> None:
    territory = {"id": EMEA, "include_child": include_child}

    job_id = scheduled(sdk.mass_update("Leads", {"City": "Chennai"}, cvid=VIEW, territory=territory))

    org.run_jobs()
    assert sdk.status("Leads", job_id) == job("COMPLETED", cities.count("Chennai"), 0)
    assert sdk.cities() == cities


def test_an_email_field_is_refused(sdk: SDK) -> None:
    answer = sdk.mass_update("Leads", {"Email": "new@zylker.example"}, ids=[LEADS[0]])

    message = "This field cannot be updated in the Mass Update"
    assert answer == refused("INVALID_DATA", message, {"api_name": "Email"}, 400)
    assert sdk.record("Leads", LEADS[0])["Email"] is None


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
    assert sdk.cities() == ["Erode", "Erode", "Erode", "Old"]


def test_an_unknown_job_is_an_exception_of_the_api(sdk: SDK) -> None:
    answer = sdk.status("Leads", "554023000000999999")

    assert answer == {
        "class": "APIException",
        "http": 404,
        "status": "error",
        "code": "NOT_FOUND",
        "message": "Empty response",
        "details": {},
    }


def test_a_picklist_of_another_module_is_checked_by_the_sdk_before_it_sends(sdk: SDK) -> None:
    """The SDK takes the values from settings/fields, so the server's list decides what it lets through."""
    assert updated(sdk.mass_update("Leads", {"Lead_Status": {"choice": "Contacted"}}, ids=[LEADS[3]])) == [LEADS[3]]

    answer = sdk.mass_update("Leads", {"Lead_Status": {"choice": "No Such Status"}}, ids=[LEADS[0]])

    assert "exception" in answer
    assert sdk.record("Leads", LEADS[0])["Lead_Status"] == "Contacted"


def test_the_fields_of_every_module_can_be_fetched_first(org: Org, tmp_path: Path) -> None:
    """With auto refresh the SDK asks for the modules, then for the fields of each, before its first call."""
    with sign_in(org, tmp_path, auto_refresh_fields=True) as sdk:
        assert updated(sdk.mass_update("Leads", {"City": "Chennai"}, ids=LEADS)) == LEADS
        assert sdk.cities() == ["Chennai"] * 4

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
