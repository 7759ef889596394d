"""Drive the official Python SDK 2.0 by JSON lines: one call a line on stdin, its outcome on stdout.

The SDK keeps its user, its token and the fields of each module in globals and files, and raises warnings of
its own; in a process of its own none of that reaches another test. It is used as its documentation shows:
`initialize` names the server with the SDK's public Environment class, and nothing is patched.

Calls are `[name, {arguments}]`; an outcome is `{"class", "http", ...}`, the SDK's object with its getters
read, or `{"exception": text}`.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from zcrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zcrmsdk.src.com.zoho.api.authenticator.store.file_store import FileStore
from zcrmsdk.src.com.zoho.api.logger import Logger
from zcrmsdk.src.com.zoho.crm.api.dc.data_center import DataCenter
from zcrmsdk.src.com.zoho.crm.api.exception import SDKException
from zcrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zcrmsdk.src.com.zoho.crm.api.parameter_map import ParameterMap
from zcrmsdk.src.com.zoho.crm.api.record import (
    GetMassUpdateStatusParam,
    MassUpdateBodyWrapper,
    Record,
    RecordOperations,
    Territory,
)
from zcrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zcrmsdk.src.com.zoho.crm.api.user_signature import UserSignature
from zcrmsdk.src.com.zoho.crm.api.users import User
from zcrmsdk.src.com.zoho.crm.api.util import Choice


def initialize(
    url: str,
    client_id: str,
    client_secret: str,
    refresh_token: str,
    folder: str,
    email: str = "patricia@zylker.example",
    auto_refresh_fields: bool = False,
    pick_list_validation: bool = True,
) -> dict[str, Any]:
    """Sign in by refresh token; the tokens and the fields of the modules are kept in `folder`."""
    resources = Path(folder)
    Initializer.initialize(
        UserSignature(email),
        DataCenter.Environment(url, f"{url}/oauth/v2/token", url, "mock"),
        OAuthToken(client_id=client_id, client_secret=client_secret, refresh_token=refresh_token),
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


def mass_update(
    module: str,
    data: dict[str, Any],
    ids: list[int | str] | None = None,
    cvid: str | None = None,
    territory: dict[str, Any] | None = None,
    over_write: bool | None = None,
) -> dict[str, Any]:
    """POST mass_update; a `{"choice": value}` in `data`, alone or in a list, is a picklist value."""
    record = Record()
    for name, value in data.items():
        record.add_key_value(name, field_value(value))
    body = MassUpdateBodyWrapper()
    body.set_data([record])
    if ids is not None:
        body.set_ids(ids)
    if cvid is not None:
        body.set_cvid(cvid)
    if territory is not None:
        chosen = Territory()
        chosen.set_id(territory["id"])
        chosen.set_include_child(territory["include_child"])
        body.set_territory(chosen)
    if over_write is not None:
        body.set_over_write(over_write)
    return outcome(RecordOperations().mass_update_records(module, body))


def mass_update_status(module: str, job_id: str) -> dict[str, Any]:
    params = ParameterMap()
    params.add(GetMassUpdateStatusParam.job_id, job_id)
    return outcome(RecordOperations().get_mass_update_status(module, params))


def get_record(module: str, record_id: int) -> dict[str, Any]:
    return outcome(RecordOperations().get_record(record_id, module))


def field_value(value: Any) -> Any:
    if isinstance(value, list):
        return [field_value(item) for item in value]
    if isinstance(value, dict) and "choice" in value:
        return Choice(value["choice"])
    return value


def outcome(response: Any) -> dict[str, Any]:
    """An APIResponse as JSON: the class of its object, the HTTP status, `data` or the error's keys."""
    if response is None:
        return {"exception": "the SDK swallowed an error of its own; see sdk.log"}
    found = response.get_object()
    answer = {"class": type(found).__name__, "http": response.get_status_code()}
    if hasattr(found, "get_data"):
        return answer | {"data": [plain(item) for item in found.get_data()]}
    return answer | (plain(found) if found is not None else {})


COUNTS = ("failed_count", "updated_count", "not_updated_count", "total_count")
GETTERS = ("status", "code", "message", "details", *COUNTS)


def plain(value: Any) -> Any:
    """An SDK object as JSON."""
    if isinstance(value, Choice):
        return plain(value.get_value())
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, User):
        return {"name": value.get_name(), "id": value.get_id()}
    if isinstance(value, Record):
        return plain(value.get_key_values())
    found = {name: getattr(value, f"get_{name}")() for name in GETTERS if hasattr(value, f"get_{name}")}
    if found:
        return {"class": type(value).__name__} | plain(found)
    return value if isinstance(value, str | int | float | None) else f"<{type(value).__name__}>"


CALLS = {call.__name__: call for call in (initialize, mass_update, mass_update_status, get_record)}


def main() -> None:
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = CALLS[name](**arguments)
        except SDKException as error:
            answer = {"exception": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
