"""A call of the emulated API: what its handler gets once the checks have passed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from mockcrm.core.errors import StatusProfile
from mockcrm.core.errors.request import UnreadableBody
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile, User
from mockcrm.core.orgs.credentials import TokenInfo
from mockcrm.core.orgs.org import Org
from mockcrm.http import errors
from mockcrm.http.exchange import Exchange

MEGABYTE = 2**20
SHORT_BYTES = 64 * 2**10
"""A call with a longer body is handled in a thread: one record alone may have a hundred thousand line items."""


class Call:
    """A call by `user` to `org`. `metadata` is the org's metadata at the beginning of the call; a write that finds it
    replaced raises MetadataChanged, and the call is checked and handled again."""

    module: OrgModule
    """The module in the path, set by the endpoint row's `module`; only for endpoints that have one."""

    def __init__(self, exchange: Exchange, org: Org, session: TokenInfo, user: User) -> None:
        self.runtime = exchange.runtime
        self.version = exchange.version
        self.method = exchange.method
        self.path: Mapping[str, str] = exchange.path_params
        self.body = exchange.body.content
        self.org = org
        self.session = session
        self.user = user
        self.status_profile: StatusProfile = exchange.status_profile
        """Which source the org follows where the sources disagree about a status."""
        self.metadata: OrgMetadata = org.metadata
        self.profile: Profile = self.metadata.profile_of(user)
        self._exchange = exchange

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The query parameters; of several with one name, the last."""
        return QueryParams(self._exchange.scope["query_string"])

    def note(self, text: str) -> None:
        """Set the header X-Mockcrm-Note of the response."""
        self._exchange.note = text

    @property
    def url_path(self) -> str:
        """The path of the request, as sent."""
        return self._exchange.path

    def header(self, name: str) -> str | None:
        """Return a request header; of several with one name, the first."""
        return self._exchange.header(name)

    @property
    def is_long(self) -> bool:
        """Whether handling the body may take too long for the event loop."""
        return self.body is not None and len(self.body) > SHORT_BYTES

    def json(self) -> Any:
        """Return the body as JSON, with any Content-Type (docs/contract/sdk-clients.md). Raises BodyTooLarge
        or UnreadableBody."""
        if self.body is None or len(self.body) > self.org.settings.max_body_mb * MEGABYTE:
            raise errors.BodyTooLarge
        try:
            return orjson.loads(self.body)
        except ValueError:
            raise UnreadableBody from None
