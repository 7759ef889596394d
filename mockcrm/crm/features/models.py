"""Features and their limits (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import ApiModel, Info, ModuleName, PageQuery, list_of


class Limits(ApiModel):
    """How often an org may use a feature."""

    edition_limit: int
    total: int


class FeatureDetails(ApiModel):
    """Details of a feature."""

    limits: Limits


class Component(ApiModel):
    """A part of a feature."""

    api_name: str
    feature_label: str
    module_supported: bool
    details: FeatureDetails


class Feature(Component):
    """A feature with its parts."""

    parent_feature: None
    components: list[Component]


class FeaturesQuery(PageQuery):
    """Which features, and which page of them."""

    api_names: Annotated[str | None, Field(description="api names of features, joined by commas")] = None
    module: Annotated[ModuleName | None, Field(description="only features that are limited in each module")] = None


DOCUMENTED: Mapping[str, Documented] = {
    "get_features": Documented(
        "A page of the features that have limits.",
        query=FeaturesQuery,
        responses={200: list_of("Features", "__features", Feature, info=Info), 204: EMPTY},
        errors=("INVALID_PARAM", "INVALID_MODULE", "MODULE_NOT_IN_API"),
    ),
}
