"""/orgs/{org}/settings and /orgs/{org}/job-policy: the settings of an org that can be changed at run time."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body

from mockcrm.control.context import Running, open_org
from mockcrm.control.models import JobPolicyChange, SettingsChange
from mockcrm.core.org_settings import JobPolicy, OrgOptions
from mockcrm.core.orgs.org import Org

router = APIRouter(prefix="/orgs/{org}", tags=["settings"])


@router.get("/settings")
def show_settings(org: str, runtime: Running) -> OrgOptions:
    """Show the settings of the org, except its job policy."""
    with open_org(runtime, org) as found:
        return _settings_response(found)


@router.put("/settings")
def change_settings(
    org: str,
    runtime: Running,
    body: Annotated[SettingsChange | None, Body()] = None,
) -> OrgOptions:
    """Change the settings that are sent; null unsets an optional one."""
    with open_org(runtime, org) as found:
        _change(found, _parse_changes(body))
        return _settings_response(found)


@router.get("/job-policy")
def show_policy(org: str, runtime: Running) -> JobPolicy:
    """Show when the org's jobs advance."""
    with open_org(runtime, org) as found:
        return found.settings.job_policy


@router.put("/job-policy")
def change_policy(org: str, runtime: Running, body: Annotated[JobPolicyChange | None, Body()] = None) -> JobPolicy:
    """Change the keys that are sent. Live jobs continue under the new policy."""
    given = _parse_changes(body)
    with open_org(runtime, org) as found:
        _change(found, {"job_policy": given} if given else {})
        runtime.worker.notify(found.uid)
        return found.settings.job_policy


def _parse_changes(body: Any) -> dict[str, Any]:
    given: dict[str, Any] = {} if body is None else body.model_dump(exclude_unset=True)
    return given


def _change(org: Org, changes: dict[str, Any]) -> None:
    if changes:
        org.change_settings(changes)


def _settings_response(org: Org) -> OrgOptions:
    return OrgOptions(**org.settings.model_dump(exclude={"job_policy"}))
