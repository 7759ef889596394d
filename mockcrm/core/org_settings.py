"""The settings of one org, with their limits and defaults.

They are the defaults, overridden by those that the command line sets for every org, by the org's fixture (except in the
`default` org, where the command line takes precedence), and by changes through the control API.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from mockcrm.core.errors import StatusProfile
from mockcrm.core.strict_input import StrictModel

JobMode = Literal["auto", "paced", "polled", "manual"]
Auth = Literal["strict", "any"]
Edition = Literal["free", "standard", "professional", "enterprise", "ultimate", "crmplus", "zohoone"]


class Polls(StrictModel):
    """How many status reads return each state under the policy `polled`."""

    model_config = ConfigDict(frozen=True)
    scheduled: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    running: Annotated[int, Field(ge=0, le=1_000_000)] = 2


class JobPolicy(StrictModel):
    """When jobs advance: immediately (auto), by the clock (paced), when their status is read (polled), or through the
    control API (manual)."""

    model_config = ConfigDict(frozen=True)
    mode: JobMode = "auto"
    start_delay: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    records_per_second: Annotated[float, Field(gt=0, le=1_000_000)] = 1000.0
    polls: Polls = Polls()


class OrgOptions(StrictModel):
    """The settings of one org without its job policy."""

    model_config = ConfigDict(frozen=True)
    status_profile: StatusProfile = "reference"
    auth: Auth = "strict"
    edition: Edition | None = None
    strict_picklists: bool = False
    wrong_type_length: Literal["by_version", "always", "when_too_long"] = "by_version"
    computed_values: Literal["ignored", "refused"] = "ignored"
    oauth_error_status: Annotated[int, Field(ge=200, le=599)] = 200
    throttle_status: Annotated[int, Field(ge=200, le=599)] = 400
    not_found_body: Literal["json", "empty"] = "json"
    scope_error: Literal["today", "page"] = "today"
    read_denied_status: Literal[400, 403] = 403
    token_limits: bool = False
    concurrency: Annotated[int, Field(ge=1, le=10_000)] | None = None
    credits: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    max_body_mb: Annotated[float, Field(gt=0, le=64)] = 10.0
    access_token_seconds: Annotated[int, Field(ge=1, le=31_536_000)] = 3600
    trial: bool = False
    bundle_paid_type: Literal["with_edition", "bundle"] = "with_edition"
    lookup_by_name: Literal["contacts", "all", "none"] = "contacts"
    se_module_required: bool = True
    tags_per_module: Annotated[int, Field(ge=0, le=100_000)] = 100


class OrgSettings(OrgOptions):
    """The settings of one org; all of them can be changed while the server runs."""

    job_policy: JobPolicy = JobPolicy()


def merge(*layers: dict[str, Any]) -> dict[str, Any]:
    """Return the layers merged key by key, also inside objects; later layers override earlier ones."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            earlier = result.get(key)
            result[key] = merge(earlier, value) if isinstance(earlier, dict) and isinstance(value, dict) else value
    return result
