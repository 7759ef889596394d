"""A mass action being checked: the keys of its body that every mass action has, and what the rules find for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockcrm.core.criteria import Criteria
from mockcrm.core.org_metadata.model import CustomView, OrgMetadata, OrgModule, Profile, User
from mockcrm.core.versions import ApiVersion


@dataclass(frozen=True, slots=True)
class TerritoryFilter:
    """Limits a view's records to those of a territory, optionally including the territories below it."""

    id: object
    include_child: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkBody:
    """The keys that select records; ids and criteria are still as they were sent. Without `ids` the records come from
    the view."""

    ids: tuple[object, ...] = ()
    cvid: object = None
    territory: TerritoryFilter | None = None
    criteria: Sequence[Any] | Mapping[str, Any] | None = None


@dataclass(kw_only=True)
class BulkRequest:
    """One request of a mass action. The rules fill in `body` to `criteria`, which later rules use."""

    module: OrgModule
    user: User
    profile: Profile
    metadata: OrgMetadata
    edition: str
    version: ApiVersion
    body: BulkBody = field(init=False)
    view: CustomView = field(init=False)
    territories: list[int] | None = field(init=False, default=None)
    criteria: list[Criteria] = field(init=False, default_factory=list)
