"""The official SDKs, unmodified, against a real server: they sign in, read metadata, mass update and follow the job.

Records are in test_official_sdks_records.py, what only one SDK does in a file of its own (test_python_sdk2.py); what
no SDK here sends is replayed in test_wire_quirks.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.live.server import Org

from .driver import SDK, Kind, kind_of
from .outcomes import job, problem, refused, scheduled, updated
from .scenario import ABSENT, EMEA, LEADS, VIEW, cities, every_sdk, main_sdks

pytestmark = pytest.mark.sdk
ADMINISTRATOR = "554023000000026011"
METADATA = (
    "modules module fields layouts custom_view related_lists territories territory profiles profile roles users org"
)


# -- signing in ----------------------------------------------------------------------------------------------------


@every_sdk
def test_a_grant_code_signs_in_once(process: SDK, org: Org, tmp_path: Path) -> None:
    code = org.granted["grant_code"]

    process.sign_in(org, tmp_path / "first", grant_token=code)
    assert process.record("Leads", LEADS[0])["Last_Name"] == "Boyle"

    assert "invalid_code" in sign_in_and_read(process, org, tmp_path / "second", grant_token=code)


@main_sdks
def test_a_wrong_client_secret_is_an_exception_of_the_sdk(process: SDK, org: Org, tmp_path: Path) -> None:
    org.granted = {**org.granted, "client_secret": "wrong"}

    assert "invalid_client_secret" in sign_in_and_read(process, org, tmp_path)


def sign_in_and_read(process: SDK, org: Org, folder: Path, **options: Any) -> str:
    """What the SDK's exception says. The older ones request a token only when they call."""
    response = process.sign_in(org, folder, **options)
    if "exception" not in response:
        response = process.call("get_record", module="Leads", record_id=LEADS[0])
    return str(response["exception"])


@main_sdks
def test_an_expired_access_token_is_an_exception_of_the_api(sdk: SDK, org: Org) -> None:
    assert sdk.record("Leads", LEADS[0])["Last_Name"] == "Boyle"
    org.control("POST", "/clock/advance", {"seconds": 3601})

    response = sdk.call("get_record", module="Leads", record_id=LEADS[0])

    assert response == {"http": 401, **problem("INVALID_TOKEN", "invalid oauth token", {})}


@every_sdk
def test_metadata_can_be_read(sdk: SDK) -> None:
    for module in ("Leads", "Quotes"):
        views = sdk.call("custom_views", module=module)["views"]
        view = views.get("Contacted", min(views.values()))

        found = sdk.call("metadata", module=module, view=view, territory=EMEA, profile=ADMINISTRATOR)

        wrappers = {"ResponseWrapper", "ProfileWrapper", "BodyWrapper"}  # 5.0 has others
        assert all(status == 200 and kind in wrappers for kind, status in found.values()), found
        assert found.keys() == set(METADATA.split())


# -- mass update ---------------------------------------------------------------------------------------------------


@every_sdk
def test_ids_are_updated_at_once(process: SDK, org: Org, tmp_path: Path) -> None:
    """With auto refresh an SDK requests the modules, then the fields of each, before its first call."""
    process.sign_in(org, tmp_path, auto_refresh_fields=True)

    assert updated(process.mass_update("Leads", {"City": "Chennai"}, ids=LEADS[:2])) == LEADS[:2]

    assert cities(process) == ["Chennai", "Chennai", "Old", "Old"]


@main_sdks
def test_a_bad_id_fails_alone(sdk: SDK, kind: Kind) -> None:
    response = sdk.mass_update("Leads", {"City": "Chennai"}, ids=[LEADS[0], ABSENT])

    good, bad = response["data"]
    assert (response["class"], response["http"]) == ("MassUpdateActionWrapper", 207 if kind.v8 else 200)
    assert (good["class"], good["details"]["id"]) == ("MassUpdateSuccessResponse", LEADS[0])
    assert bad == problem("INVALID_DATA", "the id given seems to be invalid", {"id": ABSENT})
    assert cities(sdk) == ["Chennai", "Old", "Old", "Old"]


@every_sdk
def test_a_view_is_updated_by_a_job_that_is_followed_to_its_end(sdk: SDK, org: Org) -> None:
    job_id = scheduled(sdk.mass_update("Leads", {"City": "Chennai"}, cvid=VIEW))

    assert sdk.status("Leads", job_id) == job("SCHEDULED", 0, 3)
    org.step(job_id, records=1)
    assert sdk.status("Leads", job_id) == job("RUNNING", 1, 2)
    org.run_jobs()
    assert sdk.status("Leads", job_id) == job("COMPLETED", 3, 0)
    assert cities(sdk) == ["Chennai", "Chennai", "Chennai", "Old"]


@every_sdk
def test_a_view_in_a_territory_is_updated_while_it_is_polled(sdk: SDK, org: Org) -> None:
    org.job_policy("polled", polls={"scheduled": 1, "running": 1})

    def update(city: str, include_child: bool) -> dict[str, Any]:
        territory = {"id": EMEA, "include_child": include_child}
        job_id = scheduled(sdk.mass_update("Leads", {"City": city}, cvid=VIEW, territory=territory))
        statuses = [sdk.status("Leads", job_id)["data"][0]["status"] for _ in range(3)]
        assert statuses == ["SCHEDULED", "RUNNING", "COMPLETED"]
        return sdk.status("Leads", job_id)

    assert update("Chennai", include_child=True) == job("COMPLETED", 2, 0)
    assert update("Erode", include_child=False) == job("COMPLETED", 1, 0)
    assert cities(sdk) == ["Erode", "Chennai", "Old", "Old"]


@main_sdks
def test_a_field_that_cannot_be_updated_is_refused(sdk: SDK, kind: Kind) -> None:
    response = sdk.mass_update("Leads", {"Email": "new@zylker.example"}, ids=[LEADS[0]])

    details = {"api_name": "Email", **({"json_path": "$.data[0].Email"} if kind.later else {})}
    message = "This field cannot be updated in the Mass Update"
    assert response == refused("INVALID_DATA", message, details, 400)


@main_sdks
def test_a_second_job_on_a_view_is_refused(sdk: SDK, kind: Kind) -> None:
    scheduled(sdk.mass_update("Leads", {"City": "Chennai"}, cvid=VIEW))

    response = sdk.mass_update("Leads", {"City": "Erode"}, cvid=VIEW)

    error = problem(
        "ALREADY_SCHEDULED",
        "Already a Mass Action scheduler is running for the given cvid",
        {"api_name": "cvid", **({"json_path": "$.cvid"} if kind.later and not kind.v8 else {})},
    )
    if kind.v8:
        assert response == {"http": 400, **error}
    else:
        assert response == {"class": "MassUpdateActionWrapper", "http": 202, "data": [error]}


@every_sdk
def test_an_unknown_job_is_an_exception_of_the_api(sdk: SDK, kind: Kind) -> None:
    error = problem("NOT_FOUND", "Empty response", {})
    if kind.v8:
        error = problem("INVALID_DATA", "The jobid given seems to be invalid", {"param_name": "job_id"})

    assert sdk.status("Leads", ABSENT) == {"http": 400 if kind.v8 else 404, **error}


@main_sdks
def test_an_error_of_the_server_is_an_exception_of_the_api(sdk: SDK, org: Org) -> None:
    org.control("POST", "/faults", {"times": 1, "match": {"module": "Leads"}, "error": "INTERNAL_ERROR"}, expect=201)

    response = sdk.mass_update("Leads", {"City": "Chennai"}, ids=LEADS)

    assert response == {"http": 500, **problem("INTERNAL_ERROR", "Internal Server Error", {})}
    assert cities(sdk) == ["Old"] * 4


# -- what only some can do -----------------------------------------------------------------------------------------


def test_a_read_is_tried_again_by_the_sdk(org: Org, tmp_path: Path) -> None:
    """Those for Node.js send a GET up to three times if the response is a 500, the first time after a second."""
    with SDK(kind_of("nodejs-2.0")) as sdk:
        sdk.sign_in(org, tmp_path)
        assert sdk.record("Leads", LEADS[0])["City"] == "Old"
        org.control("POST", "/faults", {"times": 1, "match": {"module": "Leads"}, "status": 500}, expect=201)

        assert sdk.record("Leads", LEADS[0])["City"] == "Old"
    (fault,) = org.control("GET", "/faults")["faults"]
    assert (fault["seen"], fault["fired"]) == (2, 1)


def test_a_refresh_token_is_revoked(org: Org, tmp_path: Path) -> None:
    """Of the SDKs here only Python's 8.0 has a call for it that works."""
    kind = kind_of("python-8.0")
    with SDK(kind) as sdk:
        sdk.sign_in(org, tmp_path / "first")
        assert sdk.call("revoke") == {"revoked": True}
        assert "invalid_code" in sign_in_and_read(sdk, org, tmp_path / "second")
