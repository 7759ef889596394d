"""The accounts host: consent, tokens and their revocation under /oauth/v2.

The behaviour is that of docs/contract/mass-update-and-core.md 1.1 to 1.5.
"""

from __future__ import annotations

from starlette.routing import Route

from mockcrm.accounts.base import Accounts, AccountsPath
from mockcrm.accounts.consent import authorize, decided, renew
from mockcrm.accounts.token import revoke, token
from mockcrm.http.runtime import Runtime

__all__ = ["routes"]


def routes(runtime: Runtime) -> list[Route]:
    """Return the routes of the accounts host."""
    accounts = Accounts(runtime)
    return [
        Route("/oauth/v2/auth", AccountsPath(accounts, {"GET": authorize, "POST": decided})),
        Route("/oauth/v2/auth/refresh", AccountsPath(accounts, {"GET": renew})),
        Route("/oauth/v2/token", AccountsPath(accounts, {"POST": token})),
        Route("/oauth/v2/token/revoke", AccountsPath(accounts, {"POST": revoke})),
    ]
