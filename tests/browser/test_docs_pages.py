"""The pages of the OpenAPI documents in a real browser: they load nothing from elsewhere, and their requests work."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from .conftest import LEAD, Setting

if TYPE_CHECKING:
    from playwright.sync_api import Page


class Watched:
    """A page with the messages of its console and the hosts that it contacted."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.trouble: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", lambda message: message.type in ("error", "warning") and self.trouble.append(message.text))
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.goto(url)

    def assert_at_home(self, url: str) -> None:
        """Assert that nothing failed and no other host was contacted."""
        assert self.trouble == []
        assert self.hosts == {urlsplit(url).netloc, ""} or self.hosts == {urlsplit(url).netloc}


@pytest.mark.parametrize("setting", ["127.0.0.1"], indirect=True)
def test_the_emulated_api_can_be_tried(setting: Setting, page: Page) -> None:
    token = httpx.get(f"{setting.crm.url}/_mockcrm/info", trust_env=False).json()["access_token"]
    watched = Watched(page, f"{setting.crm.url}/_mockcrm/api-docs")
    page.wait_for_selector("text=Set a field of many records")
    assert page.locator("select#select option").all_inner_texts()[0] == "v8"

    page.click("button.authorize")
    page.fill(".auth-container input", token)
    page.click(".auth-btn-wrapper button[type=submit]")
    page.click(".auth-btn-wrapper .btn-done")
    page.click("#operations-records-get_record .opblock-summary-control")
    page.click("#operations-records-get_record .try-out__btn")
    page.fill('#operations-records-get_record tr[data-param-name="module"] input', "Leads")
    page.fill('#operations-records-get_record tr[data-param-name="id"] input', LEAD)
    page.click("#operations-records-get_record .execute")
    page.wait_for_selector("#operations-records-get_record .live-responses-table .response")

    shown = page.locator("#operations-records-get_record .live-responses-table").inner_text()
    assert '"Last_Name": "Boyle"' in shown
    watched.assert_at_home(setting.crm.url)


@pytest.mark.parametrize("setting", ["127.0.0.1"], indirect=True)
def test_another_version_can_be_chosen(setting: Setting, page: Page) -> None:
    watched = Watched(page, f"{setting.crm.url}/_mockcrm/api-docs")
    page.wait_for_selector("text=/crm/v8/")

    page.select_option("select#select", label="v2.1")

    page.wait_for_selector("text=/crm/v2.1/")
    watched.assert_at_home(setting.crm.url)


@pytest.mark.parametrize("setting", ["127.0.0.1"], indirect=True)
def test_the_control_api_can_be_tried(setting: Setting, page: Page) -> None:
    watched = Watched(page, f"{setting.crm.url}/_mockcrm/docs")
    block = "#operations-server-server_info"
    page.click(f"{block} .opblock-summary-control")
    page.click(f"{block} .try-out__btn")
    page.click(f"{block} .execute")
    page.wait_for_selector(f"{block} .live-responses-table .response")

    assert setting.crm.url in page.locator(f"{block} .live-responses-table").inner_text()
    watched.assert_at_home(setting.crm.url)
