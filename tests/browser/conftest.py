"""A real headless Chromium, a server, and a page on another port that is its client.

Requires the extra `browser` (playwright, which drives the browser but does not install one) and a Chromium of the
system.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockcrm.server import MockCRM

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SITE = Path(__file__).parent / "site"
CLIENT_ID = "1000.BROWSERCLIENT"
LEAD = "34770618863043"
REP = "554023000000235014"
FOREIGN = "foreign.example"
"""A host name that does not belong to this machine: for a page of any other site."""


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves the files of the client's site and prints nothing on stderr."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
        """Log nothing."""


@dataclass(frozen=True)
class Setting:
    """The running server and the origin of the client's site."""

    crm: MockCRM
    site: str

    @property
    def page_url(self) -> str:
        """The page that mass updates."""
        return f"{self.site}/index.html?server={self.crm.url}&client={CLIENT_ID}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # As long as playwright's synchronous API runs, this thread has a running event loop: hence no longer than a module.
    reason = "playwright is not installed (pip install mockcrm[browser])"
    sync_api = pytest.importorskip("playwright.sync_api", reason=reason)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no chromium on the PATH (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--no-proxy-server",
                f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1",
            ],
        )
        yield launched
        launched.close()


@pytest.fixture(params=["127.0.0.1", "localhost"])
def setting(request: pytest.FixtureRequest) -> Iterator[Setting]:
    """The site on another port of the same host, and on a host of another name."""
    handler = partial(SiteHandler, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, name="site", daemon=True).start()
        site = f"http://{request.param}:{server.server_port}"
        with MockCRM(_fixture(f"{site}/redirect.html")) as crm:
            yield Setting(crm, site)
        server.shutdown()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser window without cookies and stored data."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _fixture(redirect_uri: str) -> dict[str, Any]:
    return {
        "mockcrm": 1,
        "org": {"company_name": "Zylker"},
        "users": [{"id": REP, "email": "rep@zylker.example", "full_name": "Charles Stone"}],
        "clients": [{"client_id": CLIENT_ID, "redirect_uris": [redirect_uri]}],
        "records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}]},
    }
