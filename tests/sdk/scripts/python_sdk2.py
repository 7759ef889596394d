"""Drive the official Python SDK 2.0, or 2.1 or zcrmsdk 3.1 where that is first on the path, by JSON lines (see
python_lines.py).

The SDK keeps its user, its token and the fields of each module in globals and files, and raises warnings of
its own; in a process of its own none of that reaches another test. It is used as its documentation shows:
`initialize` names the server with the SDK's public Environment class, and nothing is patched.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from python_lines import Calls, classes, operate_on, read_with, serve
from zcrmsdk.src.com.zoho.api.authenticator import oauth_token
from zcrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zcrmsdk.src.com.zoho.api.authenticator.store.file_store import FileStore
from zcrmsdk.src.com.zoho.api.logger import Logger
from zcrmsdk.src.com.zoho.crm.api import record
from zcrmsdk.src.com.zoho.crm.api.custom_views import CustomViewsOperations
from zcrmsdk.src.com.zoho.crm.api.dc.data_center import DataCenter
from zcrmsdk.src.com.zoho.crm.api.exception import SDKException
from zcrmsdk.src.com.zoho.crm.api.fields import FieldsOperations
from zcrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zcrmsdk.src.com.zoho.crm.api.layouts import LayoutsOperations
from zcrmsdk.src.com.zoho.crm.api.modules import ModulesOperations
from zcrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zcrmsdk.src.com.zoho.crm.api.parameter_map import ParameterMap
from zcrmsdk.src.com.zoho.crm.api.profiles import ProfilesOperations
from zcrmsdk.src.com.zoho.crm.api.related_lists import RelatedListsOperations
from zcrmsdk.src.com.zoho.crm.api.roles import RolesOperations
from zcrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zcrmsdk.src.com.zoho.crm.api.territories import TerritoriesOperations
from zcrmsdk.src.com.zoho.crm.api.user_signature import UserSignature
from zcrmsdk.src.com.zoho.crm.api.users import UsersOperations
from zcrmsdk.src.com.zoho.crm.api.util import Choice

FORERUNNER = "token_type" in inspect.signature(OAuthToken).parameters
"""Whether it is zcrmsdk 3.1, which signs in with one token and its type."""


def initialize(
    url: str,
    client_id: str,
    client_secret: str,
    folder: str,
    refresh_token: str | None = None,
    grant_token: str | None = None,
    email: str = "patricia@zylker.example",
    auto_refresh_fields: bool = False,
    pick_list_validation: bool = True,
) -> dict[str, Any]:
    """Sign in by refresh token or grant code; the SDK stores the tokens and the fields of the modules in `folder`."""
    resources = Path(folder)
    place: tuple[str, ...] = (url, f"{url}/oauth/v2/token", url)
    config: dict[str, Any] = {"auto_refresh_fields": auto_refresh_fields, "pick_list_validation": pick_list_validation}
    if FORERUNNER:
        kind = oauth_token.TokenType.GRANT if grant_token else oauth_token.TokenType.REFRESH
        token = OAuthToken(client_id, client_secret, grant_token or refresh_token, kind)
    else:
        place = (*place, "mock")
        config |= {"read_timeout": 60.0, "connect_timeout": 60.0}
        token = OAuthToken(
            client_id=client_id, client_secret=client_secret, refresh_token=refresh_token, grant_token=grant_token
        )
    Initializer.initialize(
        UserSignature(email),
        DataCenter.Environment(*place),
        token,
        store=FileStore(str(resources / "tokens.txt")),
        sdk_config=SDKConfig(**config),
        resource_path=str(resources),
        logger=Logger.get_instance(Logger.Levels.INFO, str(resources / "sdk.log")),
    )
    return {"class": "Initializer"}


def custom_views(module: str) -> dict[str, Any]:
    """The views of a module: `{"views": {name: id}}`."""
    found = CustomViewsOperations(module).get_custom_views(ParameterMap()).get_object()
    return {"views": {view.get_name(): view.get_id() for view in found.get_custom_views()}}


def metadata(module: str, view: str, territory: str, profile: str) -> dict[str, Any]:
    """Read everything that is not a record."""
    return classes(
        {
            "modules": lambda: ModulesOperations().get_modules(),
            "module": lambda: ModulesOperations().get_module(module),
            "fields": lambda: FieldsOperations(module).get_fields(ParameterMap()),
            "layouts": lambda: LayoutsOperations(module).get_layouts(),
            "custom_view": lambda: CustomViewsOperations(module).get_custom_view(int(view)),
            "related_lists": lambda: RelatedListsOperations(module).get_related_lists(),
            "territories": lambda: TerritoriesOperations().get_territories(),
            "territory": lambda: TerritoriesOperations().get_territory(int(territory)),
            "profiles": lambda: ProfilesOperations().get_profiles(),
            "profile": lambda: ProfilesOperations().get_profile(int(profile)),
            "roles": lambda: RolesOperations().get_roles(),
            "users": lambda: UsersOperations().get_users(ParameterMap()),
            "org": lambda: OrgOperations().get_organization(),
        }
    )


if __name__ == "__main__":
    territory = getattr(record, "MassUpdateTerritory", None) or record.Territory
    calls = Calls(record, Choice, ParameterMap, operate_on(record), territory, int if FORERUNNER else str)
    more = {
        "initialize": initialize,
        "custom_views": custom_views,
        "metadata": metadata,
        "read": read_with("zcrmsdk", operate_on(record)),
    }
    serve(calls, more, SDKException)
