"""The emulated API as an OpenAPI document, made from its table of endpoints: for clients that read one, and to fuzz it.

It tells paths, verbs, parameters and the outline of bodies; what a field takes depends on the org's metadata, which
no document can tell beforehand. Imported when the document is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockcrm import __version__
from mockcrm.core.catalog.loader import standard_modules
from mockcrm.core.criteria.comparators import COMPARATORS
from mockcrm.core.versions import FIRST, ApiVersion
from mockcrm.crm import ENDPOINTS
from mockcrm.http.endpoint import Endpoint, Operation

Json = dict[str, Any]

SUCCESSES = ("200", "201", "202", "204", "207", "304")


def document(url: str) -> Json:
    """The document, OpenAPI 3.1; `url` is the base URL that the API is to be called by."""
    paths: Json = {}
    for endpoint in ENDPOINTS:
        operations = {
            verb.lower(): _operation(endpoint, verb, operation) for verb, operation in endpoint.operations.items()
        }
        if operations:
            paths[endpoint.path] = {"parameters": _path_parameters(endpoint), **operations}
    paths["/oauth/v2/token"] = {"post": TOKEN}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Zoho CRM, as mockcrm emulates it", "version": __version__},
        "servers": [{"url": url}],
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "Zoho-oauthtoken <access token>",
                }
            },
        },
    }


def _operation(endpoint: Endpoint, verb: str, operation: Operation) -> Json:
    since = max(endpoint.since, operation.since)
    made: Json = {
        "summary": endpoint.summary,
        "operationId": operation.handler.__name__,
        "parameters": _queries(endpoint.path, verb),
        "responses": {
            **{status: {"description": "done, or each record's own outcome"} for status in SUCCESSES},
            "4XX": {"description": "refused", "content": _json(_ref("Refusal"))},
        },
    }
    if since > FIRST:
        made["description"] = f"From {since.label} on."
    body = BODIES.get((endpoint.path, verb))
    if body is not None:
        made["requestBody"] = {"required": True, "content": _json(_ref(body))}
    return made


def _path_parameters(endpoint: Endpoint) -> list[Json]:
    names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": IN_PATH[name]} for name in names]


def _queries(path: str, verb: str) -> list[Json]:
    query = QUERIES.get((path, verb), {})
    headers = HEADERS.get((path, verb), ())
    return [
        *({"name": name, "in": "query", "schema": schema} for name, schema in query.items()),
        *({"name": name, "in": "header", "schema": {"type": "string", "format": "date-time"}} for name in headers),
    ]


# -- schemas -----------------------------------------------------------------------------------------------------


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _words(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


def _number(most: int) -> Json:
    return {"type": "integer", "minimum": 1, "maximum": most}


def _object(required: tuple[str, ...] = (), **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(schema: Json, most: int, least: int = 1) -> Json:
    return {"type": "array", "items": schema, "minItems": least, "maxItems": most}


TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
ID, IDS, MODULE, FIELDS = _ref("Id"), _ref("IdList"), _ref("Module"), _ref("FieldList")
PAGES: Mapping[str, Json] = {"page": _number(1000), "per_page": _number(200)}
SORTED: Mapping[str, Json] = {"sort_by": _ref("FieldName"), "sort_order": _words("asc", "desc")}
STATES: Mapping[str, Json] = {"converted": _words("true", "false", "both"), "approved": _words("true", "false", "both")}
SEARCHED: Mapping[str, Json] = {"criteria": _ref("SearchCriteria"), "email": TEXT, "phone": TEXT, "word": TEXT}

IN_PATH: Mapping[str, Json] = {
    "version": _words(*(version.label for version in ApiVersion)),
    "module": MODULE,
    "api_name": MODULE,
    "id": ID,
}


def _schemas() -> Json:
    modules = [module.api_name for module in standard_modules().values()]
    return {
        "Id": {"type": "string", "pattern": "^[0-9]{1,19}$", "examples": ["554023000000480001"]},
        "IdList": {"type": "string", "pattern": "^[0-9]{1,19}(,[0-9]{1,19})*$"},
        "Module": {"anyOf": [{"enum": modules}, {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,24}$"}]},
        "FieldName": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,49}$", "examples": ["Last_Name"]},
        "FieldList": {"type": "string", "examples": ["id,Last_Name"]},
        "Value": {
            "anyOf": [
                {"type": ["string", "number", "integer", "boolean", "null"]},
                _object(id=ID, name=TEXT),
                {"type": "array", "items": {"type": ["string", "object"]}, "maxItems": 5},
            ]
        },
        "Record": {
            "type": "object",
            "properties": {"id": ID},
            "propertyNames": _ref("FieldName"),
            "additionalProperties": _ref("Value"),
            "maxProperties": 60,
        },
        "Criteria": {
            "anyOf": [
                _object(("comparator", "field"), comparator=_ref("Comparator"), field=_ref("CriteriaField"), value={}),
                _object(
                    ("group_operator", "group"),
                    group_operator=_words("and", "or", "AND", "OR"),
                    group=_list(
                        _object(
                            ("comparator", "field"),
                            comparator=_ref("Comparator"),
                            field=_ref("CriteriaField"),
                            value=_ref("Value"),
                        ),
                        5,
                    ),
                ),
            ]
        },
        "CriteriaField": {"anyOf": [_ref("FieldName"), _object(("api_name",), api_name=_ref("FieldName"))]},
        "Comparator": _words(*COMPARATORS),
        "SearchCriteria": {"type": "string", "examples": ["(Last_Name:equals:Boyle)"]},
        "Trigger": _list(_words("workflow", "approval", "blueprint"), 3, 0),
        "MassUpdate": _object(
            ("data",),
            data=_list(_ref("Record"), 1),
            ids=_list(ID, 500),
            cvid=ID,
            territory=_object(("id",), id=ID, include_child=FLAG),
            over_write=FLAG,
            criteria=_ref("Criteria"),
        ),
        "Records": _object(
            ("data",),
            data=_list(_ref("Record"), 100),
            trigger=_ref("Trigger"),
            duplicate_check_fields=_list(_ref("FieldName"), 5, 0),
        ),
        "TerritoryAssignments": _object(
            ("data",), data=_list(_object(id=ID, Territories=_list(_object(("id",), id=ID, name=TEXT), 10)), 100)
        ),
        "CustomViews": _object(
            ("custom_views",),
            custom_views=_list(
                _object(
                    id=ID,
                    name=TEXT,
                    criteria=_ref("Criteria"),
                    fields=_list(_object(api_name=_ref("FieldName"), id=ID), 50),
                    sort_by={"anyOf": [{"type": "null"}, _object(api_name=_ref("FieldName"), id=ID)]},
                    sort_order={"enum": ["asc", "desc", None]},
                    access_type=_words("public", "only_to_me", "shared"),
                    shared_to=_list(_object(("id", "type"), id=ID, type=_words("users")), 5, 0),
                ),
                5,
            ),
        ),
        "Error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]+$"},
                "details": {"type": "object"},
                "message": TEXT,
                "status": {"const": "error"},
            },
            "required": ["code", "details", "message", "status"],
        },
        "Refusal": {
            "anyOf": [_ref("Error"), *(_object((key,), **{key: _list(_ref("Error"), 500)}) for key in ENVELOPES)]
        },
    }


ENVELOPES = ("data", "custom_views")
"""The keys under which errors of single items stand."""

_CRM = "/crm/{version}"
_RECORDS, _RECORD, _SETTINGS = f"{_CRM}/{{module}}", f"{_CRM}/{{module}}/{{id}}", f"{_CRM}/settings"

QUERIES: Mapping[tuple[str, str], Mapping[str, Json]] = {
    (f"{_RECORDS}/actions/mass_update", "GET"): {"job_id": ID},
    (_RECORDS, "GET"): {
        "fields": FIELDS,
        "ids": IDS,
        "cvid": ID,
        "territory_id": ID,
        "include_child": _words("true", "false"),
        **PAGES,
        **SORTED,
        **STATES,
        "page_token": TEXT,
    },
    (_RECORDS, "DELETE"): {"ids": IDS, "wf_trigger": _words("true", "false")},
    (_RECORD, "GET"): {"fields": FIELDS},
    (_RECORD, "DELETE"): {"wf_trigger": _words("true", "false")},
    (f"{_RECORDS}/search", "GET"): {**SEARCHED, **STATES, **PAGES, "fields": FIELDS},
    (f"{_RECORDS}/deleted", "GET"): {"type": _words("all", "recycle", "permanent"), **PAGES},
    (f"{_RECORDS}/actions/count", "GET"): {**SEARCHED, "cvid": ID},
    (f"{_RECORDS}/upsert", "POST"): {"duplicate_check_fields": FIELDS},
    (f"{_SETTINGS}/modules", "GET"): {"status": TEXT},
    (f"{_SETTINGS}/fields", "GET"): {"module": MODULE, "type": _words("all", "used", "unused")},
    (f"{_SETTINGS}/fields/{{id}}", "GET"): {"module": MODULE},
    (f"{_SETTINGS}/layouts", "GET"): {"module": MODULE},
    (f"{_SETTINGS}/layouts/{{id}}", "GET"): {"module": MODULE},
    (f"{_SETTINGS}/related_lists", "GET"): {"module": MODULE},
    (f"{_SETTINGS}/related_lists/{{id}}", "GET"): {"module": MODULE},
    (f"{_SETTINGS}/custom_views", "GET"): {"module": MODULE, **PAGES},
    (f"{_SETTINGS}/custom_views", "POST"): {"module": MODULE},
    (f"{_SETTINGS}/custom_views", "PUT"): {"module": MODULE},
    (f"{_SETTINGS}/custom_views", "DELETE"): {"module": MODULE, "ids": IDS},
    (f"{_SETTINGS}/custom_views/{{id}}", "GET"): {"module": MODULE},
    (f"{_SETTINGS}/custom_views/{{id}}", "PUT"): {"module": MODULE},
    (f"{_SETTINGS}/custom_views/{{id}}", "DELETE"): {"module": MODULE},
    (f"{_SETTINGS}/territories", "GET"): {**PAGES},
    (f"{_CRM}/users", "GET"): {
        "type": _words("AllUsers", "ActiveUsers", "DeactiveUsers", "AdminUsers", "CurrentUser", "ConfirmedUsers"),
        **PAGES,
    },
    (f"{_CRM}/__features", "GET"): {"api_names": TEXT, "module": MODULE, **PAGES},
}
"""The query parameters of each operation; what is not named here takes none."""

HEADERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (_RECORDS, "GET"): ("If-Modified-Since",),
    (_RECORD, "GET"): ("If-Modified-Since",),
    (f"{_RECORDS}/deleted", "GET"): ("If-Modified-Since",),
    (_RECORDS, "PUT"): ("If-Unmodified-Since",),
    (_RECORD, "PUT"): ("If-Unmodified-Since",),
    (f"{_SETTINGS}/modules", "GET"): ("If-Modified-Since",),
    (f"{_CRM}/users", "GET"): ("If-Modified-Since",),
}

BODIES: Mapping[tuple[str, str], str] = {
    (f"{_RECORDS}/actions/mass_update", "POST"): "MassUpdate",
    (_RECORDS, "POST"): "Records",
    (_RECORDS, "PUT"): "Records",
    (_RECORD, "PUT"): "Records",
    (f"{_RECORDS}/upsert", "POST"): "Records",
    (f"{_RECORDS}/actions/assign_territories", "POST"): "TerritoryAssignments",
    (f"{_RECORD}/actions/assign_territories", "POST"): "TerritoryAssignments",
    (f"{_SETTINGS}/custom_views", "POST"): "CustomViews",
    (f"{_SETTINGS}/custom_views", "PUT"): "CustomViews",
    (f"{_SETTINGS}/custom_views/{{id}}", "PUT"): "CustomViews",
}
"""The schema of each operation's body; what is not named here takes none."""

TOKEN: Json = {
    "summary": "A new access token",
    "operationId": "token",
    "security": [],
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": _object(
                    ("grant_type",),
                    grant_type=_words("refresh_token", "authorization_code", "client_credentials"),
                    client_id=TEXT,
                    client_secret=TEXT,
                    refresh_token=TEXT,
                    code=TEXT,
                    redirect_uri=TEXT,
                    scope=TEXT,
                )
            }
        },
    },
    "responses": {"200": {"description": "the token, or what is wrong"}, "4XX": {"description": "refused"}},
}
