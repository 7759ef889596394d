"""Suites that use the plugin, run against the server of this session, or in processes with servers of their own."""

from __future__ import annotations

import pytest
import yaml  # noqa: F401 - pytester forgets what a suite in this process imported, which yaml does not survive

from mockcrm.client import ControlClient


@pytest.fixture
def outer(pytester: pytest.Pytester, mockcrm_server: ControlClient, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for a suite that is run on this session's server, by MOCKCRM_URL."""
    monkeypatch.setenv("MOCKCRM_URL", mockcrm_server.base_url)
    return pytester


@pytest.fixture
def alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for a suite that starts a server of its own. Its pytest loads only this plugin: the others of this
    environment take half a second and import much themselves."""
    for name in ("MOCKCRM_URL", "MOCKCRM_CONTROL_TOKEN", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p mockcrm.pytest_plugin")
    return pytester
