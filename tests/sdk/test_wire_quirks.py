"""Every endpoint that the official SDKs call, in the wording of each of them, those for PHP, Ruby and Java included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.server import Org

from .scenario import ABSENT, EMEA, LEADS, VIEW
from .wire import DIALECTS, Client, Dialect, Response

pytestmark = pytest.mark.sdk

TOKEN = "/oauth/v2/token"
VERSIONS = ("v2", "v2.1", "v8")
COUNTS = ("Updated_Count", "Failed_Count", "Not_Updated_Count", "Total_Count")


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.name)
def client(request: pytest.FixtureRequest, org: Org) -> Iterator[Client]:
    """A client that is signed in by refresh token."""
    dialect: Dialect = request.param
    running = Client(dialect, org.url)
    running.authorization = f"Zoho-oauthtoken {signed_in(running, org)['access_token']}"
    yield running
    running.close()


def signed_in(client: Client, org: Org) -> dict[str, Any]:
    fields = {
        "client_id": org.client_id,
        "client_secret": org.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": org.refresh_token,
    }
    response = client.token(TOKEN, **fields)
    assert response.status == 200
    return dict(response.json())


def messages(response: Response, status: int, *expected: str) -> list[dict[str, Any]]:
    """The details of the items, whose messages must be those."""
    items = response.json()["data"]
    assert (response.status, [item["message"] for item in items]) == (status, list(expected)), response.content
    return [item["details"] for item in items]


# -- the accounts host ---------------------------------------------------------------------------------------------


def test_a_token_response_has_the_keys_that_sdks_read(client: Client, org: Org) -> None:
    """`expires_in` counts seconds only without `expires_in_sec`; the 8.0 SDKs go on to wherever `api_domain` says."""
    response = signed_in(client, org)

    assert response["expires_in"] == 3600
    assert "expires_in_sec" not in response
    assert (response["api_domain"], response["token_type"]) == (org.url, "Bearer")


def test_a_grant_code_works_once(client: Client, org: Org) -> None:
    credentials = {"client_id": org.client_id, "client_secret": org.client_secret}
    grant = {"grant_type": "authorization_code", "code": org.granted["grant_code"]}

    first = client.token(TOKEN, **credentials, **grant).json()
    assert first["access_token"]
    assert first["refresh_token"]
    assert client.token(TOKEN, **credentials, **grant).json() == {"error": "invalid_code"}


def test_a_refresh_token_is_revoked(client: Client, org: Org) -> None:
    assert client.token(f"{TOKEN}/revoke", token=org.refresh_token).json() == {"status": "success"}

    response = client.call("GET", "/crm/v8/users", type="CurrentUser")
    assert (response.status, response.json()["code"]) == (401, "INVALID_TOKEN")


# -- metadata ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_fields_of_every_module_and_target_are_read_before_the_first_call(client: Client, version: str) -> None:
    base = f"/crm/{version}"
    (user,) = client.call("GET", f"{base}/users", type="CurrentUser").json()["users"]
    (company,) = client.call("GET", f"{base}/org").json()["org"]
    assert isinstance(company["zgid"], str)
    assert user["full_name"]
    modules = client.call("GET", f"{base}/settings/modules").json()["modules"]
    supported = [module["api_name"] for module in modules if module["api_supported"]]
    assert "Leads" in supported
    assert all(isinstance(module["api_supported"], bool) for module in modules)
    assert all(module["generated_type"] for module in modules if module["api_supported"])
    requested: set[str] = set()
    waiting = list(supported)
    while waiting:
        name = waiting.pop()
        if name in requested:
            continue
        requested.add(name)
        response = client.call("GET", f"{base}/settings/fields", module=name)
        assert response.status in (200, 204), (name, response.content)
        for field in response.json()["fields"] if response.status == 200 else []:
            waiting += targets(field, version)


def targets(field: dict[str, Any], version: str) -> list[str]:
    """The modules that a field names, once it has what the SDKs need of a field."""
    name = field["api_name"]
    assert isinstance(field["data_type"], str), name
    assert isinstance(field["custom_field"], bool), name
    assert isinstance(field["system_mandatory"], bool), name
    assert all(value["display_value"] for value in field["pick_list_values"]), name
    if version == "v2":
        assert name != "id", "the Python SDK 2.0 would take the id of a record for a string"
        assert isinstance(field.get("history_tracking"), bool | None), name
    else:
        assert not isinstance(field.get("history_tracking"), bool), name
    found = []
    if field["data_type"] == "lookup":
        module = field["lookup"].get("module")
        if version == "v8" and module is not None:
            module = module["api_name"]
        assert module is None or isinstance(module, str), name
        found.append(module)
    if field["data_type"] == "subform":
        found.append((field.get("subform") or field.get("associated_module") or {}).get("module"))
    if field["data_type"] == "formula":
        assert field["formula"]["return_type"], name
    return [target for target in found if isinstance(target, str)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("since", "status"), [("2000-01-01T00:00:00+00:00", 200), ("2100-01-01T00:00:00Z", 304)])
def test_modules_are_listed_since_an_iso_time(client: Client, version: str, since: str, status: int) -> None:
    response = client.call("GET", f"/crm/{version}/settings/modules", headers={"If-Modified-Since": since})

    assert response.status == status


@pytest.mark.parametrize("version", VERSIONS)
def test_all_other_metadata_is_returned(client: Client, version: str) -> None:
    base = f"/crm/{version}"
    views = client.call("GET", f"{base}/settings/custom_views", module="Leads").json()["custom_views"]
    assert VIEW in [view["id"] for view in views]
    for path, params in (
        (f"settings/custom_views/{VIEW}", {"module": "Leads"}),
        ("settings/modules/Leads", {}),
        ("settings/layouts", {"module": "Leads"}),
        ("settings/related_lists", {"module": "Leads"}),
        ("settings/territories", {}),
        (f"settings/territories/{EMEA}", {}),
        ("settings/profiles", {}),
        ("settings/roles", {}),
        ("users", {"type": "AllUsers", "page": 1, "per_page": 200}),
    ):
        assert client.call("GET", f"{base}/{path}", **params).status == 200, path


# -- records and mass update ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_records_are_written_found_and_deleted(client: Client, version: str) -> None:
    leads = f"/crm/{version}/Leads"
    ids = client.dialect.ids
    new = {"Last_Name": "Novák & Söhne", "Company": "Zylker", "Email": "novak@zylker.example"}
    (made,) = messages(client.call("POST", leads, {"data": [new], "trigger": []}), 201, "record added")

    criteria = "(Last_Name:equals:Novák & Söhne)"
    found = client.call("GET", f"{leads}/search", criteria=criteria).json()["data"]
    assert [record["id"] for record in found] == [made["id"]]
    listed = client.call("GET", leads, fields="Last_Name", cvid=VIEW, page=1, per_page=200)
    assert [record["id"] for record in listed.json()["data"]] == LEADS[2::-1]

    (number,) = ids(LEADS[0])
    change = {"data": [{"id": number, "City": "Graz"}]}
    messages(client.call("PUT", leads, change), 200, "record updated")
    messages(client.call("PUT", f"{leads}/{LEADS[1]}", {"data": [{"City": "Linz"}]}), 200, "record updated")
    upsert = {"data": [{**new, "City": "Brno"}], "duplicate_check_fields": ["Email"]}
    assert messages(client.call("POST", f"{leads}/upsert", upsert), 200, "record updated")[0]["id"] == made["id"]
    (record,) = client.call("GET", f"{leads}/{made['id']}").json()["data"]
    assert (record["City"], record["Last_Name"]) == ("Brno", "Novák & Söhne")

    messages(client.call("DELETE", leads, ids=f"{LEADS[0]},{LEADS[1]}"), 200, *["record deleted"] * 2)
    messages(client.call("DELETE", f"{leads}/{LEADS[2]}"), 200, "record deleted")
    assert client.call("GET", f"{leads}/{LEADS[2]}").status == 204
    gone = client.call("GET", f"{leads}/deleted", type="all").json()["data"]
    assert {item["id"] for item in gone} == set(LEADS[:3])
    if version != "v2":
        assert client.call("GET", f"{leads}/actions/count", criteria=criteria).json() == {"count": 1}


@pytest.mark.parametrize("version", VERSIONS)
def test_records_are_mass_updated(client: Client, org: Org, version: str) -> None:
    update = f"/crm/{version}/Leads/actions/mass_update"
    ids = client.dialect.ids

    by_ids = {"data": [{"City": "Chennai"}], "ids": ids(*LEADS[:2]), "over_write": False}
    done = messages(client.call("POST", update, by_ids), 200, *["record updated"] * 2)
    assert [details["id"] for details in done] == LEADS[:2]

    territory = {"include_child": True, "id": ids(EMEA)[0]}
    for more, total in ({}, 3), ({"territory": territory}, 2):
        response = client.call("POST", update, {"data": [{"City": "Erode"}], "cvid": VIEW, **more})
        (details,) = messages(response, 200, "mass update scheduled successfully")
        assert status(client, update, details["job_id"]) == ("SCHEDULED", 0, total)
        org.step(details["job_id"], records=1)
        assert status(client, update, details["job_id"]) == ("RUNNING", 1, total)
        org.run_jobs()
        assert status(client, update, details["job_id"]) == ("COMPLETED", total, total)


def status(client: Client, update: str, job_id: str) -> tuple[str, int, int]:
    response = client.call("GET", update, job_id=job_id)
    (item,) = response.json()["data"]
    assert isinstance(job_id, str)
    assert all(type(item[name]) is int for name in COUNTS)
    return item["Status"], item["Updated_Count"], item["Total_Count"]


@pytest.mark.parametrize("version", VERSIONS)
def test_refusals_have_the_shape_that_sdks_take(client: Client, version: str) -> None:
    """Every response is `checked`; this is about the paths to the errors."""
    leads = f"/crm/{version}/Leads"
    update = f"{leads}/actions/mass_update"
    first = {"data": [{"Email": "x"}], "ids": client.dialect.ids(LEADS[0])}
    for expected, method, path, body in (
        ((404,), "GET", "/crm/nowhere", None),
        ((400,), "GET", f"/crm/{version}/Nowhere", None),
        ((400,), "DELETE", update, None),
        ((400,), "POST", update, first),
        ((400,), "POST", update, {"data": []}),
        ((400,), "POST", update, {"data": [{"City": "x"}], "ids": client.dialect.ids(ABSENT)}),
        ((400,), "POST", update, {"data": [{"City": "x"}], "cvid": ABSENT}),
        ((400,), "GET", update, None),
        ((400, 404), "GET", f"{update}?job_id={ABSENT}", None),
        ((400,), "POST", leads, {}),
        ((400, 202), "POST", leads, {"data": [{"Company": "Zylker", "Annual_Revenue": "much"}]}),
        ((400, 202), "PUT", leads, {"data": [{"id": ABSENT, "City": "x"}]}),
        ((400, 202), "DELETE", f"{leads}/{ABSENT}", None),
        ((400,), "DELETE", leads, None),
        ((400,), "GET", f"{leads}/search", None),
        ((400,), "GET", f"{leads}/search?criteria=nonsense", None),
        ((400,), "GET", f"/crm/{version}/settings/fields", None),
        ((400,), "GET", f"/crm/{version}/settings/fields?module=Nowhere", None),
    ):
        response = client.call(method, path, body)
        assert response.status in expected, (method, path, body, response)
        errors = response.json().get("data", [response.json()])
        assert {error["status"] for error in errors} == {"error"}, response

    client.authorization = "Zoho-oauthtoken 1000.nobody.nobody"
    assert client.call("GET", leads).status == 401
    client.authorization = None
    assert client.call("GET", leads).status == 401


@pytest.mark.parametrize("version", VERSIONS)
def test_records_are_listed_since_an_iso_time(client: Client, version: str) -> None:
    for since, status in ("2000-01-01T00:00:00+05:30", 200), ("2100-01-01T00:00:00Z", 304):
        header = {"If-Modified-Since": since}
        assert client.call("GET", f"/crm/{version}/Leads", headers=header, fields="City").status == status
