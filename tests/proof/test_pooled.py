"""Clients that keep a connection between two polls for a minute, as pools do."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

import pytest

from tests.live.server import RunningServer

POOLED = 20
PAUSE = 61
"""Seconds: longer than the idle times of common pools."""


@pytest.mark.slow
def test_a_pooled_connection_is_open_after_a_minute() -> None:
    with RunningServer() as server:
        org = server.create_org()
        pool = [http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60) for _ in range(POOLED)]
        try:
            for poll in range(2):
                for connection in pool:
                    if poll:
                        connection.auto_open = 0
                    connection.request("GET", "/crm/v2/users?type=CurrentUser", headers=org.headers)
                    response = connection.getresponse()
                    assert (response.status, response.read()[:1]) == (200, b"{")
                if not poll:
                    time.sleep(PAUSE)
        finally:
            for connection in pool:
                connection.close()
