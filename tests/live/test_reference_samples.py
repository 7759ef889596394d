"""The samples of the v2 reference page, sent as its clients send them; only host and token are changed."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.support.for_each import for_each

from .matching import JSON, SCHEDULED, record_updated, refusal
from .server import Org, RunningServer

WITH_CVID_AND_TERRITORY = """\
{
"data": [
{
"Industry": "Education"//field to be updated
}
],
"cvid": "554023000000091515", //custom view ID to mass update records in that custom view
"territory": {
"id": "554023000000430409",//ID of the territory to mass update records in that territory
"include_child": true //include child territory records for mass updation
}
}
"""
WITH_IDS = """\
{
"data": [
{
"Lead_Source": "Advertisement",
"Type": "Existing Business",
"Languages_Known": [
"English",
"Spanish"
]
}
],
"over_write": true,
"ids": [
"554023000000497007",
"554023000000497021",
"554023000000497035"
]
}
"""
DEALS = ("554023000000497007", "554023000000497021", "554023000000497035")


def without_comments(sample: str) -> str:
    return re.sub(r"//.*", "", sample)


@pytest.fixture
def fresh_server() -> Iterator[RunningServer]:
    """A server without any request so far, like that of the page's reader."""
    with RunningServer() as running:
        yield running


QUIET = (
    *("--silent", "--show-error", "--noproxy", "*"),
    *("--output", "response.json", "--write-out", "%{http_code}\n%{content_type}"),
)
"""What a test needs beside the page's own arguments; none of it changes the request."""


class CurlResponse(NamedTuple):
    status: int
    content_type: str
    body: Any


def curl(folder: Path, url: str, token: str, sample: str) -> CurlResponse:
    """The page's curl command on `sample` in a file input.json."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    (folder / "input.json").write_text(without_comments(sample))
    run = subprocess.run(
        [
            program,
            url,
            "-H",
            f"Authorization: Zoho-oauthtoken {token}",
            "-d",
            "@input.json",
            "-X",
            "POST",
            *QUIET,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    status, content_type = run.stdout.split("\n")
    return CurlResponse(int(status), content_type, json.loads((folder / "response.json").read_bytes()))


def test_curl_with_cvid_and_territory_schedules_a_job(fresh_server: RunningServer, tmp_path: Path) -> None:
    demo = fresh_server.default_org()
    assert demo.access_token == "1000.demo.access"
    url = f"{fresh_server.url}/crm/v2/Accounts/actions/mass_update"

    status, content_type, body = curl(tmp_path, url, demo.access_token, WITH_CVID_AND_TERRITORY)

    assert (status, content_type, body) == (200, JSON, SCHEDULED)
    end = demo.wait_for_job("Accounts", body["data"][0]["details"]["job_id"])
    assert (end["Status"], end["Not_Updated_Count"]) == ("COMPLETED", 0)
    assert end["Updated_Count"] > 0


def test_curl_with_record_ids_updates_three_deals(fresh_server: RunningServer, tmp_path: Path) -> None:
    demo = fresh_server.default_org()
    (user,) = demo.get("/crm/v2/users", type="CurrentUser").json()["users"]
    by = {"name": user["full_name"], "id": user["id"]}
    url = f"{fresh_server.url}/crm/v2/Deals/actions/mass_update"

    response = curl(tmp_path, url, demo.access_token, WITH_IDS)

    assert response == (200, JSON, {"data": [record_updated(deal, by) for deal in DEALS]})
    for deal in DEALS:
        record = demo.record("Deals", deal)
        assert record["Lead_Source"] == "Advertisement"
        assert record["Type"] == "Existing Business"
        assert record["Languages_Known"] == ["English", "Spanish"]


class Sample(NamedTuple):
    """One raw sample of the page: what its client puts on the wire beside Host, token and length."""

    client: str
    module: str
    headers: dict[str, str]
    body: str


FORM = "application/x-www-form-urlencoded"
SAMPLES = [
    Sample(
        "Java",
        "Leads",
        {
            "Content-Type": "text/plain; charset=UTF-8",
            "Connection": "Keep-Alive",
            "User-Agent": "Apache-HttpClient/4.5.13 (Java/11.0.20)",
            "Accept-Encoding": "gzip,deflate",
        },
        '{"data":[{"Company":"Zoho"}],"cvid":"34770610087501","ids":["34770615922192"]}',
    ),
    Sample(
        "PHP",
        "Leads",
        {"Accept": "*/*", "Content-Type": FORM},
        '{"cvid":"35240330087501","ids":["35240335811001"],"data":[{"Company":"Zoho"}]}',
    ),
    Sample(
        "C#",
        "Leads",
        {"Expect": "100-continue", "Connection": "Keep-Alive"},
        '{\r\n  "data": [\r\n    {\r\n      "Company": "Zoho"\r\n    }\r\n  ],\r\n'
        '  "cvid": "347706187501",\r\n'
        '  "ids": [\r\n    "3477061922192"\r\n  ]\r\n}',
    ),
    Sample(
        "Python",
        "Leads",
        {
            "User-Agent": "python-requests/2.32.3",
            "Accept-Encoding": "gzip, deflate",
            "Accept": "*/*",
            "Connection": "keep-alive",
        },
        '{"data": [{"Company": "Zoho"}], "cvid": "3409643000002804006", '
        '"ids": ["3409643000002804010", "3409643000002804109"]}',
    ),
    Sample(
        "Node",
        "Leads",
        {
            "user-agent": "got (https://github.com/sindresorhus/got)",
            "accept-encoding": "gzip, deflate, br",
            "Connection": "close",
        },
        '{"data":[{"Company":"Zoho"}],"cvid":"3409643000002804006",'
        '"ids":["3409643000002804010","3409643000002804109"]}',
    ),
    Sample(
        "Ruby",
        "Leads",
        {
            "Accept-Encoding": "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
            "Accept": "*/*",
            "User-Agent": "Ruby",
            "Connection": "close",
            "Content-Type": FORM,
        },
        '{"cvid":"3524033000000087501","ids":["3524033000005811001"],"data":[{"Company":"Zoho"}]}',
    ),
    Sample(
        "JavaScript",
        "Leads",
        {
            "Connection": "keep-alive",
            "Content-Type": "text/plain;charset=UTF-8",
            "Accept": "*/*",
            "Origin": "http://127.0.0.1:5501",
            "Sec-Fetch-Mode": "cors",
            "Referer": "http://127.0.0.1:5501/",
            "Accept-Encoding": "gzip, deflate, br, zstd",
        },
        '{"data":[{"Company":"Zoho"}],"ids":["34770618863043"]}',
    ),
    Sample(
        "Deluge",
        "Deals",
        {"Content-Type": FORM, "Accept-Encoding": "gzip"},
        '{"data":[{"Lead_Source":"Advertisement"}],"over_write":true,'
        '"ids":["692969000000416006","692969000000287129","692969000000287038"]}',
    ),
]


def records_of_the_samples() -> dict[str, Any]:
    """A fixture with the records and views that the samples name."""
    records: dict[str, dict[str, Any]] = {}
    views: dict[str, dict[str, Any]] = {}
    for sample in SAMPLES:
        body = json.loads(sample.body)
        name = {"Last_Name": "Boyle", "Company": "Zylker"}
        if sample.module == "Deals":
            name = {"Deal_Name": "Zylker", "Stage": "Qualification"}
        records |= {i: {"module": sample.module, "id": i, "fields": name} for i in body["ids"]}
        if cvid := body.get("cvid"):
            views[cvid] = {"id": cvid, "module": sample.module, "name": f"View {cvid}"}
    by_module: dict[str, list[dict[str, Any]]] = {}
    for record in records.values():
        by_module.setdefault(record.pop("module"), []).append(record)
    return {"mockcrm": 1, "custom_views": list(views.values()), "records": by_module}


def replay(sample: Sample, url: str, token: str) -> tuple[int, str | None, Any]:
    """Send exactly the sample's headers; return the status, Content-Type and JSON of the response."""
    address = urlsplit(url)
    assert address.hostname is not None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        connection.putrequest("POST", f"/crm/v2/{sample.module}/actions/mass_update", skip_accept_encoding=True)
        for name, value in sample.headers.items():
            connection.putheader(name, value)
        connection.putheader("Authorization", f"Zoho-oauthtoken {token}")
        body = sample.body.encode()
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        if response.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        return response.status, response.getheader("Content-Type"), json.loads(content)
    finally:
        connection.close()


@for_each("sample", SAMPLES)
def test_a_raw_sample_updates_the_records_it_names(sample: Sample, make_org: Callable[..., Org]) -> None:
    org = make_org(records_of_the_samples())
    body = json.loads(sample.body)

    response = replay(sample, org.url, org.access_token)

    assert response == (200, JSON, {"data": [record_updated(i) for i in body["ids"]]})
    ((field, value),) = body["data"][0].items()
    assert [org.record(sample.module, i)[field] for i in body["ids"]] == [value] * len(body["ids"])
    assert org.jobs() == [], "ids win over a cvid that comes with them"


JAVASCRIPT_SCOPES = (
    "ZohoCRM.mass_update.Leads.UPDATE,ZohoCRM.mass_update.Leads.READ,ZohoCRM.users.ALL,ZohoCRM.bulk.read,"
    "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,Aaaserver.profile.Read,ZohoCRM.org.ALL,profile.userphoto.READ,"
    "ZohoFiles.files.ALL,ZohoCRM.bulk.ALL,ZohoCRM.settings.variable_groups.ALL"
)


def test_the_scopes_of_the_javascript_sample_are_taken_and_suffice(make_org: Callable[..., Org]) -> None:
    (sample,) = (sample for sample in SAMPLES if sample.client == "JavaScript")
    org = make_org(records_of_the_samples()).with_scopes(*JAVASCRIPT_SCOPES.split(","))

    response = replay(sample, org.url, org.access_token)

    assert response == (200, JSON, {"data": [record_updated("34770618863043")]})


CLIENTS = {
    "mockcrm": 1,
    "modules": {
        "Clients": {
            "singular_label": "Client",
            "plural_label": "Clients",
            "fields": [{"api_name": "Tier", "data_type": "picklist", "pick_list_values": ["A", "B"]}],
        }
    },
    "custom_views": [{"id": "554023000000091600", "module": "Clients", "name": "Everybody"}],
    "records": {
        "Clients": [{"id": f"55402300000049800{n}", "fields": {"Name": f"Client {n}", "Tier": "B"}} for n in range(5)]
    },
}
MISMATCH = refusal("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")


def test_a_custom_module_is_updated_and_its_job_read_with_one_scope_each(
    make_org: Callable[..., Org],
) -> None:
    org = make_org(CLIENTS)
    update = org.with_scopes("ZohoCRM.mass_update.Clients.UPDATE")
    read = org.with_scopes("ZohoCRM.mass_update.Clients.READ")

    response = update.mass_update("Clients", {"data": [{"Tier": "A"}], "cvid": "554023000000091600"})

    assert (response.status_code, response.headers["Content-Type"], response.json()) == (200, JSON, SCHEDULED)
    job_id = response.json()["data"][0]["details"]["job_id"]
    assert read.wait_for_job("Clients", job_id) == {
        "Status": "COMPLETED",
        "Failed_Count": 0,
        "Updated_Count": 5,
        "Not_Updated_Count": 0,
        "Total_Count": 5,
    }
    refused = update.status("Clients", job_id)
    assert (refused.status_code, refused.headers["Content-Type"], refused.json()) == (401, JSON, MISMATCH)


def test_the_read_scope_of_a_custom_module_does_not_update_it(make_org: Callable[..., Org]) -> None:
    org = make_org(CLIENTS)
    read = org.with_scopes("ZohoCRM.mass_update.Clients.READ")

    response = read.mass_update("Clients", {"data": [{"Tier": "A"}], "ids": ["554023000000498000"]})

    assert (response.status_code, response.headers["Content-Type"], response.json()) == (401, JSON, MISMATCH)
    assert org.record("Clients", "554023000000498000")["Tier"] == "B"


def test_the_scope_of_one_module_does_not_reach_another(make_org: Callable[..., Org]) -> None:
    org = make_org(CLIENTS).with_scopes("ZohoCRM.mass_update.Clients.UPDATE")

    response = org.mass_update("Leads", {"data": [{"City": "Chennai"}], "ids": ["554023000000498000"]})

    assert (response.status_code, response.headers["Content-Type"], response.json()) == (401, JSON, MISMATCH)
