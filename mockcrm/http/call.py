"""One call of the emulated API on its way from the first check to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from starlette.types import Scope as AsgiScope

from mockcrm.core import errors
from mockcrm.core.errors import StatusProfile
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile, User
from mockcrm.core.orgs.credentials import Session
from mockcrm.core.orgs.org import Org
from mockcrm.core.versions import ApiVersion
from mockcrm.http import request as wire
from mockcrm.http import response as http
from mockcrm.http.runtime import Runtime

MEGABYTE = 2**20
SHORT_BYTES = 64 * 2**10
"""What a longer body asks for is done in a thread: one record alone may have a hundred thousand line items."""


class Call:
    """A call whose org, user, module and scope have been checked. `directory` is the org's metadata as it was when
    the call began; a change that finds another one is done again from the start."""

    def __init__(
        self,
        runtime: Runtime,
        scope: AsgiScope,
        version: ApiVersion,
        body: bytes | None,
        org: Org,
        session: Session,
        user: User,
    ) -> None:
        self.runtime = runtime
        self.scope = scope
        self.version = version
        self.body = body
        self.org = org
        self.session = session
        self.user = user
        self.directory: OrgMetadata = org.directory
        self.profile: Profile = self.directory.profile_of(user)
        self._module: OrgModule | None = None

    @property
    def module(self) -> OrgModule:
        """The module of the path."""
        assert self._module is not None
        return self._module

    @module.setter
    def module(self, module: OrgModule) -> None:
        self._module = module

    @property
    def path(self) -> Mapping[str, str]:
        """The parameters of the path."""
        params: Mapping[str, str] = self.scope["path_params"]
        return params

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return wire.query(self.scope)

    def header(self, name: bytes) -> str | None:
        """A request header by its lower-case name."""
        return wire.header(self.scope, name)

    @property
    def status_profile(self) -> StatusProfile:
        """Which of the disagreeing sources the org follows."""
        return self.org.settings.status_profile

    @property
    def is_long(self) -> bool:
        """Whether the body may ask for so much that the event loop should not wait for it."""
        return self.body is not None and len(self.body) > SHORT_BYTES

    def json(self) -> Any:
        """Return the body as JSON, whatever its Content-Type says (docs/contract/sdk-clients.md). Raises BodyTooLarge
        or UnreadableBody."""
        if self.body is None or len(self.body) > self.org.settings.max_body_mb * MEGABYTE:
            raise errors.BodyTooLarge
        try:
            return http.parse_json(self.body)
        except ValueError:
            raise errors.UnreadableBody from None
