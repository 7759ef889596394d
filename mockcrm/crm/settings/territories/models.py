"""Territories (docs/contract/mass-update-and-core.md 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import ApiModel, Id, Info, PageQuery, RecordIds, Reference, Time, list_of


class TerritoryKeys(ApiModel):
    """The keys of a territory in every version."""

    created_time: Time
    modified_time: Time
    manager: None
    name: str
    modified_by: Reference
    description: None
    id: Id
    created_by: Reference


class TerritoryV2(TerritoryKeys):
    """A territory in v2."""

    parent_id: Id | None
    criteria: None


class TerritoryV21(TerritoryKeys):
    """A territory, from v2.1 on."""

    api_name: str
    permission_type: Literal["read_only", "read_write_delete"]
    reporting_to: Reference | None
    account_rule_criteria: None
    lead_rule_criteria: None
    deal_rule_criteria: None


FILTERS = "a condition over the keys of a territory in JSON, or a group of them"
TOP = '{"field":{"api_name":"name"},"comparator":"equal","value":"EMEA"}'


class TerritoryFilters(ApiModel):
    """Which territories."""

    ids: Annotated[RecordIds | None, Field(description="ids of territories, joined by commas; at most 100")] = None
    filters: Annotated[str | None, Field(description=FILTERS, examples=[TOP])] = None


class ChildTerritoriesQuery(TerritoryFilters, PageQuery):
    """Which territories, and which page of them."""


class TerritoriesQuery(TerritoryFilters):
    """Which territories, and which page of them."""

    page: Annotated[int | None, Field(ge=1, le=1_000_000, description="page, from 1")] = None
    per_page: Annotated[int | None, Field(ge=1, le=2000, description="territories per page, 200 by default")] = None


ERRORS = ("TERRITORY_NOT_ENABLED", "INVALID_PATH_ID")
DOCUMENTED: Mapping[str, Documented] = {
    "get_territories": Documented(
        "Every territory; from v2.1 on in pages.",
        query={ApiVersion.V2: TerritoryFilters, ApiVersion.V2_1: TerritoriesQuery},
        responses={
            200: {
                ApiVersion.V2: list_of("TerritoriesV2", "territories", TerritoryV2),
                ApiVersion.V2_1: list_of("TerritoriesV21", "territories", TerritoryV21, info=Info),
            },
            204: EMPTY,
        },
        errors=("TERRITORY_NOT_ENABLED", "INVALID_PARAM"),
    ),
    "get_territory": Documented(
        "One territory by id.",
        responses={
            200: {
                ApiVersion.V2: list_of("OneTerritoryV2", "territories", TerritoryV2),
                ApiVersion.V2_1: list_of("OneTerritoryV21", "territories", TerritoryV21),
            },
            204: {ApiVersion.V2: EMPTY, ApiVersion.V2_1: None},
        },
        errors=ERRORS,
    ),
    "get_child_territories": Documented(
        "A page of the territories right below one.",
        query=ChildTerritoriesQuery,
        responses={200: list_of("ChildTerritories", "territories", TerritoryV21, info=Info), 204: EMPTY},
        errors=(*ERRORS, "INVALID_PARAM"),
    ),
}
