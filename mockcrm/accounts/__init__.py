"""The accounts host: consent, tokens and their revocation under /oauth/v2, and the user of a token.

The behaviour is that of docs/contract/mass-update-and-core.md 1.1 to 1.5 and 1.8.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.routing import BaseRoute, Route

from mockcrm.accounts.base import Accounts, AccountsOperation, AccountsRoute, Flow
from mockcrm.accounts.consent import authorize, renew, submit_consent
from mockcrm.accounts.token import revoke, token
from mockcrm.accounts.user_info import user_info
from mockcrm.http.runtime import Runtime

__all__ = ["FLOWS", "routes"]

FLOWS: Mapping[str, Mapping[str, Flow]] = {
    "/oauth/v2/auth": {"GET": authorize, "POST": submit_consent},
    "/oauth/v2/auth/refresh": {"GET": renew},
    "/oauth/v2/token": {"POST": token},
    "/oauth/v2/token/revoke": {"POST": revoke},
    "/oauth/user/info": {"GET": user_info},
}
"""What responds at each path, by verb."""


def routes(runtime: Runtime) -> list[BaseRoute]:
    """Return the routes of the accounts host. The last route of each path refuses all other verbs."""
    accounts = Accounts(runtime)
    found: list[BaseRoute] = []
    for path, flows in FLOWS.items():
        found += [AccountsRoute(accounts, path, verb, flow) for verb, flow in flows.items()]
        found.append(Route(path, AccountsOperation(accounts, None)))
    return found
