"""The pages /_mockcrm/docs and /_mockcrm/api-docs: everything they load comes from this server."""

from __future__ import annotations

import re

from mockcrm.control.docs import STATIC
from mockcrm.core.versions import VERSIONS
from tests.support.application import Application
from tests.support.for_each import for_each

PAGES = ("/_mockcrm/docs", "/_mockcrm/api-docs")


@for_each("path", PAGES)
def test_a_page_names_only_addresses_of_its_own_server(application: Application, path: str) -> None:
    page = application.send("GET", path)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    named = re.findall(r'(?:src|href|url)"?[=:]\s*"([^"]+)"', page.text)
    assert len(named) >= 6
    for address in named:
        assert "//" not in address
        response = application.send("GET", f"/_mockcrm/{address}")
        assert response.status_code == 200, address
        assert response.content


@for_each("path", PAGES)
def test_no_other_page_can_show_a_page_in_a_frame(application: Application, path: str) -> None:
    assert "frame-ancestors 'none'" in application.send("GET", path).headers["content-security-policy"]


def test_the_emulated_api_has_a_document_for_each_version(application: Application) -> None:
    page = application.send("GET", "/_mockcrm/api-docs").text

    assert re.findall(r'"openapi/(.*?)\.json"', page) == list(reversed(VERSIONS))


def test_the_licence_is_included(application: Application) -> None:
    assert (STATIC / "swagger-ui" / "LICENSE").read_text().lstrip().startswith("Apache License")
    assert "swagger-ui" in (STATIC / "swagger-ui" / "NOTICE").read_text()


def test_no_other_page_describes_the_control_api(application: Application) -> None:
    assert application.send("GET", "/_mockcrm/redoc").status_code == 404
