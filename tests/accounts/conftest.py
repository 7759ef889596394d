"""A fresh org with a registered client for each test."""

from __future__ import annotations

import pytest

from tests.accounts.consenting import FIXTURE, OAuthClient
from tests.support.application import Application


@pytest.fixture
def client(application: Application) -> OAuthClient:
    """A client with redirect URIs, in a browser without cookies."""
    return OAuthClient(application.org(FIXTURE).entry_of(1))


@pytest.fixture
def limited(application: Application) -> OAuthClient:
    """The same in an org that enforces the token limits."""
    return OAuthClient(application.org({**FIXTURE, "settings": {"token_limits": True}}).entry_of(1))
