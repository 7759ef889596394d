"""Assertions of the helpers are shown in full."""

import pytest

pytest.register_assert_rewrite("tests.clients.real_client")
