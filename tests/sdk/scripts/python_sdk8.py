"""Drive the official Python SDK 8.0, or 5.0, 6.0 or 7.0 where one of them is first on the path, by JSON lines (see
python_lines.py and python_sdk2.py)."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from python_lines import Calls, classes, operate_on, read_with, serve
from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import Initializer, ParameterMap, record
from zohocrmsdk.src.com.zoho.crm.api.custom_views import CustomViewsOperations
from zohocrmsdk.src.com.zoho.crm.api.custom_views.custom_views_operations import GetCustomViewParam, GetCustomViewsParam
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.fields.fields_operations import FieldsOperations, GetFieldsParam
from zohocrmsdk.src.com.zoho.crm.api.layouts.layouts_operations import GetLayoutsParam, LayoutsOperations
from zohocrmsdk.src.com.zoho.crm.api.modules import ModulesOperations
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.profiles import ProfilesOperations
from zohocrmsdk.src.com.zoho.crm.api.related_lists.related_lists_operations import (
    GetRelatedListsParam,
    RelatedListsOperations,
)
from zohocrmsdk.src.com.zoho.crm.api.roles import RolesOperations
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.territories import TerritoriesOperations
from zohocrmsdk.src.com.zoho.crm.api.users import UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice


def environment(url: str) -> Any:
    """The server; in 5.0 an environment has a name as well."""
    kind = DataCenter.Environment
    named = "name" in inspect.signature(kind).parameters
    return kind(url, f"{url}/oauth/v2/token", url, *(["mock"] if named else []))


def initialize(
    url: str,
    client_id: str,
    client_secret: str,
    folder: str,
    refresh_token: str | None = None,
    grant_token: str | None = None,
    auto_refresh_fields: bool = False,
    pick_list_validation: bool = True,
) -> dict[str, Any]:
    """Sign in by refresh token or grant code; the SDK stores the tokens and the fields of the modules in `folder`."""
    resources = Path(folder)
    Initializer.initialize(
        environment=environment(url),
        token=OAuthToken(
            client_id=client_id, client_secret=client_secret, refresh_token=refresh_token, grant_token=grant_token
        ),
        store=FileStore(str(resources / "tokens.txt")),
        sdk_config=SDKConfig(
            auto_refresh_fields=auto_refresh_fields,
            pick_list_validation=pick_list_validation,
            read_timeout=60.0,
            connect_timeout=60.0,
        ),
        resource_path=str(resources),
        logger=Logger.get_instance(Logger.Levels.INFO, str(resources / "sdk.log")),
    )
    return {"class": "Initializer"}


def revoke() -> dict[str, Any]:
    """Revoke the refresh token of the user who is signed in. (The SDK's own revoke(id) never requests the id from its
    FileStore for an id, finds no token and sends nothing; the method below it is public as well.)"""
    initializer = Initializer.get_initializer()
    token = initializer.token.get_refresh_token()
    return {"revoked": OAuthToken.revoke_refresh_token(token, f"{initializer.environment.accounts_url}/revoke")}


def custom_views(module: str) -> dict[str, Any]:
    """The views of a module: `{"views": {name: id}}`."""
    params = ParameterMap()
    params.add(GetCustomViewsParam.module, module)
    found = CustomViewsOperations().get_custom_views(params).get_object()
    return {"views": {view.get_name(): view.get_id() for view in found.get_custom_views()}}


def metadata(module: str, view: str, territory: str, profile: str) -> dict[str, Any]:
    """Read everything that is not a record."""

    def of_module(kind: Any) -> ParameterMap:
        params = ParameterMap()
        params.add(kind.module, module)
        return params

    return classes(
        {
            "modules": lambda: ModulesOperations().get_modules(),
            "module": lambda: ModulesOperations().get_module_by_api_name(module),
            "fields": lambda: FieldsOperations().get_fields(of_module(GetFieldsParam)),
            "layouts": lambda: LayoutsOperations().get_layouts(of_module(GetLayoutsParam)),
            "custom_view": lambda: CustomViewsOperations().get_custom_view(int(view), of_module(GetCustomViewParam)),
            "related_lists": lambda: RelatedListsOperations().get_related_lists(of_module(GetRelatedListsParam)),
            "territories": lambda: TerritoriesOperations().get_territories(ParameterMap()),
            "territory": lambda: TerritoriesOperations().get_territory(int(territory)),
            "profiles": lambda: ProfilesOperations().get_profiles(),
            "profile": lambda: ProfilesOperations().get_profile(int(profile)),
            "roles": lambda: RolesOperations().get_roles(),
            "users": lambda: UsersOperations().get_users(ParameterMap()),
            "org": lambda: OrgOperations().get_organization(),
        }
    )


if __name__ == "__main__":
    calls = Calls(record, Choice, ParameterMap, operate_on(record), record.MassUpdateTerritory)
    more = {"initialize": initialize, "custom_views": custom_views, "metadata": metadata, "revoke": revoke}
    more["read"] = read_with("zohocrmsdk", operate_on(record))
    serve(calls, more, SDKException)
