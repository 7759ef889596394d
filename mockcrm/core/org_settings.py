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
    """The settings of one org without its job policy. Their descriptions are those of docs/control-api.md."""

    model_config = ConfigDict(frozen=True)
    status_profile: Annotated[
        StatusProfile, Field(description="the document that statuses of a v2 mass update follow where two disagree")
    ] = "reference"
    auth: Annotated[Auth, Field(description="`any` accepts every token and every client")] = "strict"
    edition: Annotated[
        Edition | None, Field(description="in place of the org's own edition; decides limits and the license in /org")
    ] = None
    strict_picklists: Annotated[
        bool, Field(description="whether values that a pick list does not have are refused")
    ] = False
    wrong_type_length: Annotated[
        Literal["by_version", "always", "when_too_long"],
        Field(description="when the error for a value of the wrong type names the maximum_length"),
    ] = "by_version"
    computed_values: Annotated[
        Literal["ignored", "refused"], Field(description="what a record write does with auto-numbers and formulas")
    ] = "ignored"
    oauth_error_status: Annotated[
        int, Field(ge=200, le=599, description="HTTP status of the accounts host's errors")
    ] = 200
    throttle_status: Annotated[
        int, Field(ge=200, le=599, description="HTTP status of the accounts host's `Access Denied`")
    ] = 400
    not_found_body: Annotated[Literal["json", "empty"], Field(description="the body of the 404 for an unknown job")] = (
        "json"
    )
    scope_error: Annotated[
        Literal["today", "page"],
        Field(description="text of OAUTH_SCOPE_MISMATCH: that of today's service, or `Unauthorized` as on the pages"),
    ] = "today"
    read_denied_status: Annotated[
        Literal[400, 403], Field(description="HTTP status in v8 when the profile may not read a module")
    ] = 403
    token_limits: Annotated[bool, Field(description="whether tokens are limited as docs/oauth.md says")] = False
    concurrency: Annotated[
        Annotated[int, Field(ge=1, le=10_000)] | None, Field(description="most calls at a time; null for any number")
    ] = None
    credits: Annotated[
        Annotated[int, Field(ge=0, le=1_000_000_000)] | None,
        Field(description="most calls in 24 hours; null for any number"),
    ] = None
    max_body_mb: Annotated[float, Field(gt=0, le=64, description="the longest body of a call, in MiB")] = 10.0
    access_token_seconds: Annotated[
        int, Field(ge=1, le=31_536_000, description="life of the access tokens that the accounts host issues")
    ] = 3600
    trial: Annotated[bool, Field(description="whether /org shows a trial of the edition")] = False
    bundle_paid_type: Annotated[
        Literal["with_edition", "bundle"],
        Field(description="paid_type of the editions crmplus and zohoone: `zohooneenterprise`, or `zohoone`"),
    ] = "with_edition"
    lookup_by_name: Annotated[
        Literal["contacts", "all", "none"],
        Field(description="which lookups find or create a record by its name: the account of contacts, all, or none"),
    ] = "contacts"
    se_module_required: Annotated[bool, Field(description="whether What_Id of an activity needs $se_module")] = True
    tags_per_module: Annotated[int, Field(ge=0, le=100_000, description="most tags that a module may have")] = 100


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
