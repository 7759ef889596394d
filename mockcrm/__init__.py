"""mockcrm: a local server that behaves like the Zoho CRM REST API around mass update.

    from mockcrm import MockCRM

    with MockCRM() as crm:
        print(crm.url, crm.org.token)

MockCRM is a server in a thread, MockOrg one of its orgs, ControlClient a client of the control API of any server. The
rest of `__all__` are the errors that these raise. The pytest plugin needs no import; `mockcrm.testing` has the server
without a socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockcrm.client import ControlClient, ControlError, ServerUnreachable
    from mockcrm.client.mock_org import MockOrg
    from mockcrm.core.orgs.datadir import StateError
    from mockcrm.fixture_format.errors import FixtureError
    from mockcrm.http.sockets import CannotListen
    from mockcrm.http.tls import TlsError
    from mockcrm.server import MockCRM

__version__ = "0.1.0"

__all__ = [
    "CannotListen",
    "ControlClient",
    "ControlError",
    "FixtureError",
    "MockCRM",
    "MockOrg",
    "ServerUnreachable",
    "StateError",
    "TlsError",
    "__version__",
]

# Imported on first use: every start of the command line, and every test session with the plugin, imports this package.
_MODULES = {
    "CannotListen": "mockcrm.http.sockets",
    "ControlClient": "mockcrm.client",
    "ControlError": "mockcrm.client",
    "FixtureError": "mockcrm.fixture_format.errors",
    "MockCRM": "mockcrm.server",
    "MockOrg": "mockcrm.client.mock_org",
    "ServerUnreachable": "mockcrm.client",
    "StateError": "mockcrm.core.orgs.datadir",
    "TlsError": "mockcrm.http.tls",
}

if not TYPE_CHECKING:  # a type checker would take every name for one of the package

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(_MODULES[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
