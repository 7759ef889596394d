"""What the handlers of the control API share: the runtime, an org by its name, its parts as they are answered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from mockcrm.control.models import Credentials, OrgAnswer
from mockcrm.core.org_metadata.model import Directory
from mockcrm.core.orgs.credentials import Entry
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
"""The address that the client came by."""


def opened(runtime: Runtime, name: str) -> AbstractContextManager[Org]:
    """The org of the path, kept open for a block; NoSuchOrg."""
    return runtime.registry.using(name)


def email_of(directory: Directory, user_id: int) -> str:
    """How this API names a user; one that is gone by the id."""
    user = directory.users.get(user_id)
    return str(user_id) if user is None else user.email


def credentials(directory: Directory, entry: Entry) -> Credentials:
    """A token entry as it is answered."""
    return Credentials(
        user=email_of(directory, entry.user_id),
        client_id=entry.client_id,
        client_secret=entry.client_secret,
        refresh_token=entry.refresh_token,
        access_token=entry.access_token,
        grant_code=entry.grant_code,
        scopes=list(entry.scopes),
    )


def org_answer(runtime: Runtime, name: str, url: str) -> OrgAnswer:
    """An org with all its credentials, as POST /orgs answers it."""
    with opened(runtime, name) as org:
        directory = org.directory
        entries = runtime.registry.credentials.entries(org.uid)
    if not entries:
        raise NoSuchOrg(name)  # deleted meanwhile
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
        tokens=listed(directory, entries[1:]),
    )


def listed(directory: Directory, entries: Sequence[Entry]) -> list[Credentials]:
    """Token entries as they are answered."""
    return [credentials(directory, entry) for entry in entries]


def utc(seconds: float) -> str:
    """A time of this machine, not of an org, in ISO 8601."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
