"""What the handlers of the control API share: the runtime, an org by its name, credentials as response models."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from mockcrm.control.models import Credentials, OrgAnswer
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.orgs.credentials import IssuedCredentials
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import NoSuchOrg
from mockcrm.http.request import base_url
from mockcrm.http.runtime import Runtime


async def _runtime(request: Request) -> Runtime:
    found: Runtime = request.app.state.runtime
    return found


async def _url(request: Request) -> str:
    return base_url(request.scope)


Running = Annotated[Runtime, Depends(_runtime)]
Url = Annotated[str, Depends(_url)]
"""The base URL that the client used."""


def open_org(runtime: Runtime, name: str) -> AbstractContextManager[Org]:
    """Return the org of that name as a context manager that keeps it open. Raises NoSuchOrg."""
    return runtime.registry.using(name)


def email_of(metadata: OrgMetadata, user_id: int) -> str:
    """Return how this API names a user: by e-mail address, or by id when the user no longer exists."""
    user = metadata.users.get(user_id)
    return str(user_id) if user is None else user.email


def credentials(metadata: OrgMetadata, entry: IssuedCredentials) -> Credentials:
    """Return the response model of a token entry."""
    return Credentials(
        user=email_of(metadata, entry.user_id),
        client_id=entry.client_id,
        client_secret=entry.client_secret,
        refresh_token=entry.refresh_token,
        access_token=entry.access_token,
        grant_code=entry.grant_code,
        scopes=list(entry.scopes),
    )


def org_response(runtime: Runtime, name: str, url: str) -> OrgAnswer:
    """Return an org with all its credentials, as POST /orgs returns it."""
    with open_org(runtime, name) as org:
        metadata = org.metadata
        entries = runtime.registry.credentials.entries(org.uid)
    if not entries:
        raise NoSuchOrg(name)  # deleted in the meantime
    administrator = entries[0]
    return OrgAnswer(
        org=name,
        api_domain=url,
        accounts_url=url,
        client_id=administrator.client_id,
        client_secret=administrator.client_secret,
        refresh_token=administrator.refresh_token,
        access_token=administrator.access_token,
        grant_code=administrator.grant_code,
        tokens=credentials_list(metadata, entries[1:]),
    )


def credentials_list(metadata: OrgMetadata, entries: Sequence[IssuedCredentials]) -> list[Credentials]:
    """Return the response models of token entries."""
    return [credentials(metadata, entry) for entry in entries]


def utc(seconds: float) -> str:
    """Return a time of the system clock (not of an org's clock) in ISO 8601."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
