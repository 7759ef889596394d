"""What the scripts of the Python SDKs share: calls as JSON lines on stdin, outcomes as JSON lines on stdout.

A call is `[name, {arguments}]`; its outcome is `{"class", "http", ...}`, the SDK's object with its getters read, or
`{"exception": text}` where the SDK raised its own exception. In `data` of a call, `{"choice": value}` (alone or in a
list) is a picklist value. A script hands its SDK's classes to `Calls`; nothing of an SDK is patched.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Callable
from datetime import date, datetime, time
from types import ModuleType
from typing import Any

Outcome = dict[str, Any]

COUNTS = ("failed_count", "updated_count", "not_updated_count", "total_count")
GETTERS = ("status", "code", "message", "details", "action", "duplicate_field", "count", *COUNTS)
INFO = ("per_page", "count", "page", "more_records", "next_page_token")


class Calls:
    """The calls of a script, by name.

    `record` is the SDK's package of record classes, `operate(module)` gives its RecordOperations with the module
    already chosen, `choice` and `parameter_map` are its classes of those names, `id_param` is the type of ids in its
    queries.
    """

    def __init__(
        self,
        record: ModuleType,
        choice: type[Any],
        parameter_map: type[Any],
        operate: Callable[[str], Callable[..., Any]],
        territory: type[Any],
        id_param: type[int] | type[str] = str,
    ) -> None:
        self._sdk = record
        self._choice = choice
        self._parameter_map = parameter_map
        self._operate = operate
        self._territory = territory
        self._id_param = id_param

    # -- mass update -------------------------------------------------------------------------------------------

    def mass_update(
        self,
        module: str,
        data: dict[str, Any],
        ids: list[int | str] | None = None,
        cvid: str | None = None,
        territory: dict[str, Any] | None = None,
        over_write: bool | None = None,
    ) -> Outcome:
        """POST mass_update; keys appear in the request only when given."""
        body = self._sdk.MassUpdateBodyWrapper()
        body.set_data([self._record(data)])
        if ids is not None:
            body.set_ids(ids)
        if cvid is not None:
            body.set_cvid(cvid)
        if territory is not None:
            chosen = self._territory()
            chosen.set_id(int(territory["id"]))
            chosen.set_include_child(territory["include_child"])
            body.set_territory(chosen)
        if over_write is not None:
            body.set_over_write(over_write)
        return self._outcome(self._operate(module)("mass_update_records", body))

    def mass_update_status(self, module: str, job_id: str) -> Outcome:
        params = self._params("GetMassUpdateStatusParam", {"job_id": job_id})
        return self._outcome(self._operate(module)("get_mass_update_status", params))

    # -- records -----------------------------------------------------------------------------------------------

    def get_record(self, module: str, record_id: int | str) -> Outcome:
        return self._outcome(self._operate(module)("get_record", int(record_id)))

    def get_records(self, module: str, **params: Any) -> Outcome:
        return self._outcome(self._operate(module)("get_records", self._params("GetRecordsParam", params)))

    def search_records(self, module: str, **params: Any) -> Outcome:
        return self._outcome(self._operate(module)("search_records", self._params("SearchRecordsParam", params)))

    def count_records(self, module: str, **params: Any) -> Outcome:
        return self._outcome(self._operate(module)("record_count", self._params("RecordCountParam", params)))

    def create_records(self, module: str, records: list[dict[str, Any]]) -> Outcome:
        return self._outcome(self._operate(module)("create_records", self._body(records)))

    def update_records(self, module: str, records: list[dict[str, Any]]) -> Outcome:
        return self._outcome(self._operate(module)("update_records", self._body(records)))

    def update_record(self, module: str, record_id: int | str, record: dict[str, Any]) -> Outcome:
        return self._outcome(self._operate(module)("update_record", int(record_id), self._body([record])))

    def upsert_records(self, module: str, records: list[dict[str, Any]], duplicate_check_fields: list[str]) -> Outcome:
        body = self._body(records)
        body.set_duplicate_check_fields(duplicate_check_fields)
        return self._outcome(self._operate(module)("upsert_records", body))

    def delete_record(self, module: str, record_id: int | str) -> Outcome:
        return self._outcome(self._operate(module)("delete_record", int(record_id)))

    def delete_records(self, module: str, ids: list[str]) -> Outcome:
        params = self._parameter_map()
        for record_id in ids:
            params.add(self._sdk.DeleteRecordsParam.ids, self._id_param(record_id))
        return self._outcome(self._operate(module)("delete_records", params))

    def get_deleted_records(self, module: str, **params: Any) -> Outcome:
        chosen = self._params("GetDeletedRecordsParam", params)
        return self._outcome(self._operate(module)("get_deleted_records", chosen))

    # -- values to and from the SDK ----------------------------------------------------------------------------

    def _params(self, kind: str, values: dict[str, Any]) -> Any:
        params = self._parameter_map()
        for name, value in values.items():
            params.add(getattr(getattr(self._sdk, kind), name), value)
        return params

    def _body(self, records: list[dict[str, Any]]) -> Any:
        body = self._sdk.BodyWrapper()
        body.set_data([self._record(record) for record in records])
        return body

    def _record(self, values: dict[str, Any]) -> Any:
        record = self._sdk.Record()
        for name, value in values.items():
            if name == "id":
                record.set_id(int(value))
            else:
                record.add_key_value(name, self._value(value))
        return record

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict) and "choice" in value:
            return self._choice(value["choice"])
        return value

    def _outcome(self, response: Any) -> Outcome:
        if response is None:
            return {"exception": "the SDK swallowed an error of its own; see sdk.log"}
        found = response.get_object()
        outcome = {"class": type(found).__name__, "http": response.get_status_code()}
        if hasattr(found, "get_data"):
            outcome["data"] = [self._plain(item) for item in found.get_data()]
            if (info := found.get_info() if hasattr(found, "get_info") else None) is not None:
                getters = {name: getattr(info, f"get_{name}", None) for name in INFO}
                outcome["info"] = {name: get() for name, get in getters.items() if get is not None}
            return outcome
        return outcome | (self._plain(found) if found is not None else {})

    def _plain(self, value: Any) -> Any:
        if isinstance(value, self._choice):
            return self._plain(value.get_value())
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            return {key: self._plain(item) for key, item in value.items()}
        if hasattr(value, "get_key_values"):
            return self._plain(value.get_key_values())
        found = {name: getattr(value, f"get_{name}")() for name in GETTERS if hasattr(value, f"get_{name}")}
        if found:
            return {"class": type(value).__name__} | self._plain(found)
        if hasattr(value, "get_name") and hasattr(value, "get_id"):
            return {"name": value.get_name(), "id": value.get_id()}
        if hasattr(value, "get_display_name") and hasattr(value, "get_id"):
            return {"display_name": value.get_display_name(), "id": value.get_id()}
        return value if isinstance(value, str | int | float | None) else f"<{type(value).__name__}>"


WITH_RECORD = ("get_record", "update_record", "delete_record")


def operate_on(record: ModuleType) -> Callable[[str], Callable[..., Any]]:
    """Return `operate` for `Calls`. Operations up to 5.0 take the module as an argument, after the record's id if there
    is one; later the module is chosen first."""
    operations = record.RecordOperations
    if "module_api_name" in inspect.signature(operations).parameters:
        return lambda module: lambda name, *arguments: getattr(operations(module), name)(*arguments)

    def operate(module: str) -> Callable[..., Any]:
        def call(name: str, *arguments: Any) -> Any:
            place = 1 if name in WITH_RECORD else 0
            return getattr(operations(), name)(*arguments[:place], module, *arguments[place:])

        return call

    return operate


def classes(reads: dict[str, Callable[[], Any]]) -> Outcome:
    """The class and the HTTP status of each response, all of which the SDK has parsed."""
    found: Outcome = {}
    for name, read in reads.items():
        response = read()
        found[name] = response and [type(response.get_object()).__name__, response.get_status_code()]
    return found


# -- everything ----------------------------------------------------------------------------------------------------


def read_with(root: str, operate: Callable[[str], Callable[..., Any]]) -> Callable[..., Outcome]:
    """Return the call `read(package, path, module=None)`, which sends a GET as the operations of the SDK do and returns
    everything in its object, by the keys of JSON. `root` is the SDK's package; a record of `module` is read by
    `operate`, as in `Calls`."""

    def load(name: str) -> ModuleType:
        return importlib.import_module(f"{root}.src.com.zoho.{name}")

    def response_to(package: str, path: str) -> Any:
        handler = load("crm.api.util.common_api_handler").CommonAPIHandler()
        handler.set_api_path(path)
        handler.set_http_method("GET")
        handler.set_category_method("READ")
        return handler.api_call(f"{root}.src.com.zoho.crm.api.{package}.response_handler", "application/json")

    def read(package: str, path: str, module: str | None = None) -> Outcome:
        record_id = path.rpartition("/")[2].rstrip("?")
        response = operate(module)("get_record", int(record_id)) if module else response_to(package, path)
        found = response.get_object()
        tables = load("crm.api.initializer").Initializer.json_details
        return {"class": type(found).__name__, "http": response.get_status_code(), "object": _whole(found, tables)}

    return read


def _whole(value: Any, tables: dict[str, Any]) -> Any:
    """The values in an object of an SDK by their keys in JSON, those that it lacks as None."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list):
        return [_whole(item, tables) for item in value]
    if hasattr(value, "get_key_values"):
        value = value.get_key_values()
    if isinstance(value, dict):
        return {key: _whole(item, tables) for key, item in value.items()}
    kind = type(value)
    if kind.__name__ == "Choice":
        return _whole(value.get_value(), tables)
    table = tables.get(f"{kind.__module__.rpartition('.')[0]}.{kind.__name__}")
    if table is None:
        return value if isinstance(value, str | int | float | None) else f"<{kind.__name__}>"
    members = {item["name"]: f"_{kind.__name__}__{member}" for member, item in table.items()}
    return {
        key: _whole(getattr(value, member, None), tables) for key, member in members.items() if key != "keyModified"
    }


def serve(calls: Calls, more: dict[str, Callable[..., Outcome]], exception: type[Exception]) -> None:
    """Handle the calls on stdin, those of `calls` and `more`, until it ends."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            outcome = (more.get(name) or getattr(calls, name))(**arguments)
        except exception as error:
            outcome = {"exception": str(error)}
        sys.stdout.write(json.dumps(outcome) + "\n")
        sys.stdout.flush()
