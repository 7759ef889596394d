"""MockCRM and its orgs for frameworks without fixtures, and the application without a socket."""

from __future__ import annotations

import asyncio
import threading
import unittest
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockcrm.client import ControlError
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.server import MockCRM
from mockcrm.testing import MockOrg, asgi
from tests.plugin.crm import BOYLE, LEADS, ONE, send

# -- MockCRM -----------------------------------------------------------------------------------------------------


def test_the_default_org_is_handled_like_any_other() -> None:
    with MockCRM(fixture="blueprint", job_mode="manual") as crm:
        assert (crm.org.org, crm.org.url, crm.org) == ("default", crm.url, crm.org)
        assert len(send(crm.org, "GET", LEADS).json()["data"]) == 2
        assert crm.org.jobs.policy()["mode"] == "manual"
        assert crm.org.requests.count() == 1
        crm.org.delete()
        assert send(crm.org, "GET", LEADS).status_code == 200, "the org `default` stays"


def test_a_server_that_starts_again_has_a_new_default_org() -> None:
    crm = MockCRM(ONE)
    with crm:
        first = crm.org
        first.set_record("Leads", BOYLE, state=["locked"])
    with crm:
        assert crm.org is not first
        assert crm.org.record("Leads", BOYLE)["$state"] == []


def test_orgs_are_made_with_fixtures_and_settings(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("mockcrm: 1\norg: {company_name: Of a file}\n")
    with MockCRM("empty", control_token="let-me-in") as crm:
        with crm.new_org(path, edition="free", job_mode="polled") as org:
            assert org.control.export()["org"]["company_name"] == "Of a file"
            assert (org.settings()["edition"], org.jobs.policy()["mode"]) == ("free", "polled")
        names = [item["org"] for item in crm.control.orgs()]
        with pytest.raises(ControlError, match=r"^body\.edition: "):
            crm.new_org(edition="huge")
        with pytest.raises(FixtureError, match="no such file"):
            crm.new_org("no/such.yaml")

        assert names == [item["org"] for item in crm.control.orgs()] == ["default"]


class OrgPerTest(unittest.TestCase):
    """What docs/quickstart-unittest.md shows, in threads at once."""

    server: MockCRM

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = cls.enterClassContext(MockCRM("empty"))

    def setUp(self) -> None:
        self.crm: MockOrg = self.enterContext(self.server.new_org(ONE))

    def test_orgs_in_threads_do_not_see_each_other(self) -> None:
        found: dict[int, Any] = {}

        def one(number: int) -> None:
            with self.server.new_org(ONE) as org:
                body = {"data": [{"City": f"City {number}"}], "ids": [BOYLE]}
                for _ in range(5):
                    send(org, "POST", f"{LEADS}/actions/mass_update", body)
                found[number] = (org.record("Leads", BOYLE)["City"], org.requests.count())

        threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert found == {number: (f"City {number}", 5) for number in range(8)}
        assert self.crm.record("Leads", BOYLE)["City"] is None


# -- without a socket --------------------------------------------------------------------------------------------


def test_the_application_responds_in_process() -> None:
    token = "1000.in.process"
    rep = {"email": "rep@x.example", "profile": "Administrator"}
    content = {**ONE, "users": [rep], "clients": [{"tokens": [{"user": rep["email"], "access_token": token}]}]}

    async def work() -> None:
        with asgi(content, job_mode="manual") as app:
            headers = {"Authorization": f"Bearer {token}"}
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://crm", headers=headers) as http:
                found = (await http.get(f"{LEADS}/{BOYLE}")).json()
                assert found["data"][0]["Last_Name"] == "Boyle"
                policy = (await http.get("/_mockcrm/orgs/default/job-policy")).json()
                assert policy["mode"] == "manual"
                org = (await http.post("/_mockcrm/orgs", json={"fixture": "demo"})).json()
                own = {"Authorization": f"Bearer {org['access_token']}"}
                assert (await http.get("/crm/v2/Deals", headers=own)).status_code == 200
                await http.post("/_mockcrm/orgs/default/faults", json={"error": "INTERNAL_ERROR", "times": 1})
                statuses = [(await http.get(LEADS)).status_code for _ in range(2)]
                assert statuses == [500, 200]

    asyncio.run(work())


def test_applications_in_one_process_share_nothing_and_leave_nothing() -> None:
    before = set(threading.enumerate())
    with asgi("demo") as one, asgi("empty") as other:
        assert one.state.runtime.registry.root != other.state.runtime.registry.root
        roots = [app.state.runtime.registry.root for app in (one, other)]

    assert not any(root.exists() for root in roots)
    assert {thread for thread in threading.enumerate() if thread.name.startswith("mockcrm")} <= before


def test_an_invalid_fixture_raises_fixture_error() -> None:
    with pytest.raises(FixtureError), asgi({"surprise": 1}):
        pass
