"""The response models of the metadata endpoints, version by version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mockcrm.core.versions import ApiVersion
from tests.support.models.base import ChangedItem, ErrorItem, Info, Strict, listed
from tests.support.models.fields import LaterField, OldField
from tests.support.models.modules import (
    LaterLayout,
    LaterRelatedList,
    LaterWholeModule,
    Module,
    ModuleStatus,
    OldLayout,
    OldRelatedList,
    OldWholeModule,
    SourcedLayout,
    StatusWholeModule,
    V21WholeModule,
)
from tests.support.models.people import (
    Feature,
    LaterOneUser,
    LaterOrg,
    LaterProfile,
    LaterRole,
    LaterTerritory,
    LaterUsers,
    OldOrg,
    OldProfile,
    OldRole,
    OldTerritory,
    OneUser,
    Users,
    WholeLaterProfile,
    WholeOldProfile,
)
from tests.support.models.views import LaterView, LaterWholeView, OldView, OldWholeView, V21WholeView, ViewInfo

Model = Any
Choice = Callable[[ApiVersion], Model]
V3, V5, V7, V8 = ApiVersion.V3, ApiVersion.V5, ApiVersion.V7, ApiVersion.V8


def _by_age(old: Model, later: Model) -> Choice:
    """One model for v2 and v2.1, another from v3 on."""
    return lambda version: old if version < V3 else later


def _after_v2(old: Model, later: Model) -> Choice:
    """One model for v2, another from v2.1 on."""
    return lambda version: old if version == ApiVersion.V2 else later


def _lists(key: str, old: Model, later: Model, **more: Any) -> Choice:
    return _by_age(listed(key, old, **more), listed(key, later, **more))


def _module(version: ApiVersion) -> type[Strict]:
    if version >= V5:
        return listed("modules", StatusWholeModule)
    whole = {ApiVersion.V2: OldWholeModule, ApiVersion.V2_1: V21WholeModule}
    return listed("modules", whole.get(version, LaterWholeModule))


def _whole_view(version: ApiVersion) -> type[Strict]:
    whole = {ApiVersion.V2: OldWholeView, ApiVersion.V2_1: V21WholeView}
    return listed("custom_views", whole.get(version, LaterWholeView))


def _layouts(version: ApiVersion) -> type[Strict]:
    if version >= V5:
        return listed("layouts", SourcedLayout)
    return listed("layouts", OldLayout if version < V3 else LaterLayout)


CHANGED_VIEWS = listed("custom_views", ChangedItem | ErrorItem)

# Path below /crm/{version}/, verb, first version, model.
ROWS: tuple[tuple[str, str, ApiVersion, Choice], ...] = (
    (
        "settings/modules",
        "GET",
        ApiVersion.V2,
        lambda version: listed("modules", ModuleStatus if version >= V5 else Module),
    ),
    ("settings/modules/{api_name}", "GET", ApiVersion.V2, _module),
    ("settings/fields", "GET", ApiVersion.V2, _lists("fields", OldField, LaterField)),
    ("settings/fields/{id}", "GET", ApiVersion.V2, _lists("fields", OldField, LaterField)),
    ("settings/layouts", "GET", ApiVersion.V2, _layouts),
    ("settings/layouts/{id}", "GET", ApiVersion.V2, _layouts),
    (
        "settings/custom_views",
        "GET",
        ApiVersion.V2,
        _after_v2(*(listed("custom_views", item, info=ViewInfo) for item in (OldView, LaterView))),
    ),
    ("settings/custom_views", "POST", V8, lambda _: CHANGED_VIEWS),
    ("settings/custom_views", "PUT", V8, lambda _: CHANGED_VIEWS),
    ("settings/custom_views", "DELETE", V8, lambda _: CHANGED_VIEWS),
    ("settings/custom_views/{id}", "GET", ApiVersion.V2, _whole_view),
    ("settings/custom_views/{id}", "PUT", V8, lambda _: CHANGED_VIEWS),
    ("settings/custom_views/{id}", "DELETE", V8, lambda _: CHANGED_VIEWS),
    ("settings/related_lists", "GET", ApiVersion.V2, _lists("related_lists", OldRelatedList, LaterRelatedList)),
    ("settings/related_lists/{id}", "GET", ApiVersion.V2, _lists("related_lists", OldRelatedList, LaterRelatedList)),
    (
        "settings/territories",
        "GET",
        ApiVersion.V2,
        _after_v2(listed("territories", OldTerritory), listed("territories", LaterTerritory, info=Info)),
    ),
    (
        "settings/territories/{id}",
        "GET",
        ApiVersion.V2,
        _after_v2(listed("territories", OldTerritory), listed("territories", LaterTerritory)),
    ),
    (
        "settings/territories/{id}/__child_territories",
        "GET",
        V5,
        lambda _: listed("territories", LaterTerritory, info=Info),
    ),
    (
        "settings/profiles",
        "GET",
        ApiVersion.V2,
        _after_v2(listed("profiles", OldProfile), listed("profiles", LaterProfile)),
    ),
    (
        "settings/profiles/{id}",
        "GET",
        ApiVersion.V2,
        _after_v2(listed("profiles", WholeOldProfile), listed("profiles", WholeLaterProfile)),
    ),
    ("settings/roles", "GET", ApiVersion.V2, _lists("roles", OldRole, LaterRole)),
    ("settings/roles/{id}", "GET", ApiVersion.V2, _lists("roles", OldRole, LaterRole)),
    ("users", "GET", ApiVersion.V2, _by_age(Users | OneUser, LaterUsers | LaterOneUser)),
    ("users/{id}", "GET", ApiVersion.V2, _by_age(OneUser, LaterOneUser)),
    ("org", "GET", ApiVersion.V2, _lists("org", OldOrg, LaterOrg)),
    ("__features", "GET", V7, lambda _: listed("__features", Feature, info=Info)),
)


def models() -> Iterator[tuple[tuple[str, str, ApiVersion], Model]]:
    """Every row of MODELS that is metadata's."""
    for path, method, since, choice in ROWS:
        for version in ApiVersion:
            if version >= since:
                yield (f"/crm/{{version}}/{path}", method, version), choice(version)
