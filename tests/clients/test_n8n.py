"""n8n's node for Zoho CRM, unmodified: it writes module names in small letters (`/purchase_orders`), looks sections of
a layout up by their names, and expects an error of a record in a 2xx response too."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.live.server import RunningServer

from .real_client import SCRIPTS, require

pytestmark = pytest.mark.sdk

URI = "https://n8n.example/rest/oauth2-credential/callback"
SCOPE = "ZohoCRM.modules.ALL,ZohoCRM.settings.all,ZohoCRM.users.all"
PRODUCT, VENDOR = "554023000000480001", "554023000000480002"
FIXTURE = {
    "mockcrm": 1,
    "clients": [{"redirect_uris": [URI], "tokens": [{"user": "admin@mockcrm.example"}]}],
    "records": {
        "Products": [{"id": PRODUCT, "fields": {"Product_Name": "Bolt", "Unit_Price": 2.5}}],
        "Vendors": [{"id": VENDOR, "fields": {"Vendor_Name": "Brass & Sons"}}],
    },
}
CREATED = {"Created_Time", "Modified_Time", "Created_By", "Modified_By", "id"}
LINE = {"id": PRODUCT, "quantity": 3}
MODULES: dict[str, dict[str, Any]] = {
    "account": {"accountName": "Sons"},
    "contact": {"lastName": "Brass"},
    "deal": {"dealName": "Bolts", "stage": "Qualification"},
    "invoice": {"subject": "Bolts", "Product_Details": [LINE]},
    "lead": {"Company": "Sons", "lastName": "Brass"},
    "product": {"productName": "Nut"},
    "purchaseOrder": {"subject": "Bolts", "vendorId": VENDOR, "Product_Details": [LINE]},
    "quote": {"subject": "Bolts", "Product_Details": [LINE]},
    "salesOrder": {"accountId": None, "subject": "Bolts", "Product_Details": [LINE]},
    "vendor": {"vendorName": "Brass"},
}
"""The required parameters of each resource of the node."""


class Node:
    """The node in a process of its own, with the credentials of a consent."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def send(self, given: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(given) + "\n")
        self._process.stdin.flush()

    def outcome(self, given: dict[str, Any]) -> dict[str, Any]:
        self.send(given)
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def run(self, resource: str, operation: str, **parameters: Any) -> Any:
        """Return the items that an operation puts out."""
        found = self.outcome({"parameters": {"resource": resource, "operation": operation, **parameters}})
        assert "error" not in found, (resource, operation, found)
        return found["result"]

    def options(self, name: str) -> list[dict[str, Any]]:
        """Return a list of options that the editor shows."""
        found = self.outcome({"load": name})
        assert "error" not in found, (name, found)
        options: list[dict[str, Any]] = found["result"]
        return options


def consent(server: RunningServer, client: dict[str, Any]) -> dict[str, Any]:
    """Return the response to n8n's exchange of a grant code."""
    asked = {"client_id": client["client_id"], "redirect_uri": URI, "response_type": "code", "scope": SCOPE}
    asked |= {"access_type": "offline", "prompt": "consent", "mockcrm_consent": "accept"}
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        location = http.get("/oauth/v2/auth", params=asked).headers["location"]
        form = {"grant_type": "authorization_code", "redirect_uri": URI, "client_id": client["client_id"]}
        form |= {"code": dict(parse_qsl(urlsplit(location).query))["code"], "client_secret": client["client_secret"]}
        token: dict[str, Any] = http.post("/oauth/v2/token", data=form).json()
    return token


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    folder = require("n8n", "npm")
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    with RunningServer() as server:
        org = server.control("POST", "/orgs", {"fixture": FIXTURE}, expect=201)
        command = ["node", str(SCRIPTS / "n8n_node.cjs"), str(folder)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
            running = Node(process)
            running.send({"oauthTokenData": consent(server, org["tokens"][0])})
            yield running
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(30) == 0


def made_account(node: Node) -> str:
    identity: str = node.run("account", "create", accountName="Of an order")[0]["id"]
    return identity


def read(node: Node, resource: str, identity: dict[str, str]) -> dict[str, Any]:
    (found,) = node.run(resource, "get", **identity)
    record: dict[str, Any] = found["data"][0] if resource == "lead" else found  # of leads it puts the response out
    return record


@pytest.mark.parametrize("resource", MODULES)
def test_the_life_of_a_record(node: Node, resource: str) -> None:
    required = dict(MODULES[resource])
    if "accountId" in required:
        required["accountId"] = made_account(node)
    (made,) = node.run(resource, "create", **required)
    assert made.keys() == CREATED
    identity = {f"{resource}Id": made["id"]}

    assert read(node, resource, identity)["id"] == made["id"]
    custom = {"customFields": {"customFields": [{"fieldId": "Description", "value": "new"}]}}
    (changed,) = node.run(resource, "update", **identity, updateFields=custom)
    assert changed.keys() == CREATED
    assert read(node, resource, identity)["Description"] == "new"
    listed = node.run(resource, "getAll", options={"fields": ["Description"], "sort_order": "desc", "sort_by": "id"})
    assert made["id"] in [record["id"] for record in listed]
    assert len(node.run(resource, "getAll", returnAll=False, limit=1)) == 1
    if "Product_Details" not in required:
        (same,) = node.run(resource, "upsert", **required)
        assert same.keys() == CREATED
    assert node.run(resource, "delete", **identity) == [{"id": made["id"]}]


def test_the_lists_of_the_editor(node: Node) -> None:
    account = made_account(node)
    assert {"name": "Of an order", "value": account} in node.options("getAccounts")
    assert {"name": "Bolt", "value": PRODUCT} in node.options("getProducts")
    assert {"name": "Brass & Sons", "value": VENDOR} in node.options("getVendors")
    fields = {item["value"] for item in node.options("getLeadFields")}
    assert {"Last_Name", "Company", "Email"} <= fields
    for name in ("getAccountType", "getDealStage", "getPurchaseOrderStatus", "getSalesOrderStatus", "getQuoteStage"):
        found = node.options(name)
        assert found, name
        assert all(item["name"] and item["value"] for item in found), name
    assert {"name": "Qualification", "value": "Qualification"} in node.options("getDealStage")


def test_fields_of_leads(node: Node) -> None:
    found = node.run("lead", "getFields")
    assert "Last_Name" in {field["api_name"] for field in found}


def test_errors_as_the_node_shows_them(node: Node) -> None:
    assert node.run("lead", "get", leadId="554023000000999999") == []
    unknown = node.outcome({"parameters": {"resource": "lead", "operation": "delete", "leadId": "554023000000999999"}})
    assert "INVALID_DATA" in unknown["description"]
    custom = {"customFields": {"customFields": [{"fieldId": "Email", "value": "nobody"}]}}
    parameters = {"resource": "lead", "operation": "create", "Company": "Sons", "lastName": "Brass"}
    refused = node.outcome({"parameters": {**parameters, "additionalFields": custom}})
    assert (refused["error"], '"api_name": "Email"' in refused["description"]) == ("invalid data", True)
