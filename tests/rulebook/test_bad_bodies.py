"""Invalid bodies of every kind: a 4xx in Zoho's form, and nothing changed, for mass update and for record writes."""

from __future__ import annotations

import json
from typing import Any

import httpx
import orjson
import pytest

from mockcrm.core.versions import ApiVersion
from tests.support.application import JSON_TYPE, Application, OrgApi
from tests.support.for_each import for_each

FIXTURE = {
    "custom_views": [{"id": "2001", "module": "Leads", "name": "Every Lead"}],
    "territories": [{"id": "3001", "name": "EMEA"}],
    "records": {"Leads": [{"id": "1001", "fields": {"Last_Name": "Boyle", "City": "Pune"}}]},
}
PATHS = [
    ("POST", "/crm/{}/Leads/actions/mass_update"),
    ("POST", "/crm/{}/Leads"),
    ("PUT", "/crm/{}/Leads"),
    ("PUT", "/crm/{}/Leads/1001"),
]
GOOD = {"data": [{"City": "New"}], "ids": ["1001"]}
MEGABYTE = 2**20
DEEP = 100_000

NO_JSON: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n",
    "text": b"data=City",
    "cut off": b'{"data":[{"City":"New"}],"ids":["1001"]',
    "two documents": b'{"data":[{"City":"New"}],"ids":["1001"]}{}',
    "single quotes": b"{'data':[{'City':'New'}],'ids':['1001']}",
    "comma at the end": b'{"data":[{"City":"New"}],"ids":["1001"],}',
    "comment": b'{"data":[{"City":"New"}],"ids":["1001"]}// all',
    "NaN": b'{"data":[{"Annual_Revenue":NaN}],"ids":["1001"]}',
    "Infinity": b'{"data":[{"Annual_Revenue":-Infinity}],"ids":["1001"]}',
    "lone surrogate": b'{"data":[{"City":"\\ud800"}],"ids":["1001"]}',
    "lone surrogate in a key": b'{"data":[{"\\udc00":"x"}],"ids":["1001"]}',
    "half a surrogate pair in an id": b'{"data":[{"City":"New"}],"ids":["\\ud83d"]}',
    "NUL byte": b'{"data":[{"City":"N\x00w"}],"ids":["1001"]}',
    "NUL byte behind": b'{"data":[{"City":"New"}],"ids":["1001"]}\x00',
    "only NUL bytes": b"\x00" * 16,
    "not UTF-8": b'{"data":[{"City":"\xff\xfe"}],"ids":["1001"]}',
    "UTF-16": '{"data":[{"City":"New"}],"ids":["1001"]}'.encode("utf-16"),
    "surrogate as UTF-8": b'{"data":[{"City":"\xed\xa0\x80"}],"ids":["1001"]}',
    "nested arrays": b"[" * DEEP + b"]" * DEEP,
    "nested objects": b'{"data":' * DEEP + b"1" + b"}" * DEEP,
    "nested value": b'{"data":[{"City":' + b"[" * DEEP + b"]" * DEEP + b'}],"ids":["1001"]}',
    "leading zero": b'{"data":[{"Annual_Revenue":007}],"ids":["1001"]}',
    "raw newline in a text": b'{"data":[{"City":"a\nb"}],"ids":["1001"]}',
}
NO_OBJECT: dict[str, Any] = {
    "array": [GOOD],
    "text": "data",
    "number": 1,
    "true": True,
    "null": None,
    "empty array": [],
}
WRONG_DATA: dict[str, Any] = {
    "null": None,
    "object": {"City": "New"},
    "text": "City",
    "number": 1,
    "true": True,
    "array of text": ["City"],
    "array of null": [None],
    "array of arrays": [[{"City": "New"}]],
    "object, then number": [{"City": "New"}, 1],
}
OTHER_IDS: tuple[Any, ...] = (1.5, 1001.0, 1e3, True, False, None, {}, [], {"id": "1001"}, ["1001"])
WRONG_KEYS: dict[str, dict[str, Any]] = {
    "no data": {"ids": ["1001"]},
    "ids a text": {"ids": "1001"},
    "ids a number": {"ids": 1001},
    "ids an object": {"ids": {"id": "1001"}},
    "ids true": {"ids": True},
    **{f"ids of {value!r}": {"ids": ["1001", value]} for value in OTHER_IDS},
    "ids of 2^64, which JSON parsers make a float": {"ids": [2**64]},
    **{f"cvid {value!r}": {"cvid": value, "ids": None} for value in OTHER_IDS},
    "cvid 2^63": {"cvid": 2**63, "ids": None},
    "cvid 2^63 as text": {"cvid": str(2**63), "ids": None},
    "cvid 2^64": {"cvid": 2**64, "ids": None},
    "cvid negative": {"cvid": -1, "ids": None},
    "cvid with a NUL": {"cvid": "2001\0", "ids": None},
    "cvid in other digits": {"cvid": "\uff12\uff10\uff10\uff11", "ids": None},
    "cvid of 5,000 digits": {"cvid": "1" * 5000, "ids": None},
    "territory a text": {"cvid": "2001", "ids": None, "territory": "3001"},
    "territory a number": {"cvid": "2001", "ids": None, "territory": 3001},
    "territory an array": {"cvid": "2001", "ids": None, "territory": [{"id": "3001"}]},
    "territory empty": {"cvid": "2001", "ids": None, "territory": {}},
    **{
        f"territory id {value!r}": {"cvid": "2001", "ids": None, "territory": {"id": value}}
        for value in (*OTHER_IDS, 2**63, 2**64, str(2**63), "3001\0", " 3001", "")
    },
    **{
        f"include_child {value!r}": {"cvid": "2001", "ids": None, "territory": {"id": "3001", "include_child": value}}
        for value in ("true", 1, 0, [], {})
    },
    **{f"over_write {value!r}": {"over_write": value} for value in ("true", 1, 0, 1.0, [], {})},
    **{
        f"criteria {value!r}": {"cvid": "2001", "ids": None, "criteria": value}
        for value in ("x", 1, True, [1], [[]], {})
    },
    "criteria of an unknown field": {
        "cvid": "2001",
        "ids": None,
        "criteria": {"comparator": "equal", "field": "x' OR 1 --", "value": 1},
    },
    "field with a NUL": {"data": [{"Ci\0ty": "New"}]},
    "value with a NUL": {"data": [{"City": "N\0w"}]},
    "value of another type": {"data": [{"City": 5}]},
    "value an object": {"data": [{"City": {"name": "New"}}]},
    "number of 2^63": {"data": [{"No_of_Employees": 2**63}]},
    "number of 2^64": {"data": [{"No_of_Employees": 2**64}]},
    "number of 1e400": {"data": [{"Annual_Revenue": "1e400"}]},
}
BAD_IDS: tuple[Any, ...] = (
    *(2**63, 2**63 - 1, 2**64 - 1, str(2**63), "9" * 400, -1, 0),
    *("", " 1001", "1001 ", "+1001", "1_001", "0x3e9", "1001\0", "\0", "\uff11\uff10\uff10\uff11", "1001.0", "null"),
)

Body = bytes | Any


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def sent(body: Any) -> bytes:
    """JSON as Python writes it, numbers beyond 64 bits and all."""
    return json.dumps(body).encode()


def assert_zoho_error(response: httpx.Response, version: str) -> dict[str, Any]:
    """Assert a 4xx with Zoho's four keys (in v2 a record write that failed as a whole is a 202), and the rule."""
    record_write = "mass_update" not in response.request.url.path
    assert 400 <= response.status_code < 500 or (record_write and version == "v2" and response.status_code == 202)
    assert response.headers["content-type"] == JSON_TYPE
    assert response.headers["x-mockcrm-rule"]
    content = response.json()
    items = content["data"] if set(content) == {"data"} else [content]
    for item in items:
        assert set(item) == {"code", "details", "message", "status"}
        assert item["status"] == "error"
        assert isinstance(item["details"], dict)
    first: dict[str, Any] = items[0]
    return first


def check(org: OrgApi, method: str, path: str, body: bytes) -> None:
    before = org.dump()
    for version in ("v2", "v2.1", "v8"):
        assert_zoho_error(org.send(method, path.format(version), body), version)
    assert org.dump() == before


@for_each(("method", "path"), PATHS)
@for_each("kind", NO_JSON)
def test_invalid_json(org: OrgApi, method: str, path: str, kind: str) -> None:
    before = org.dump()
    for version in ApiVersion:
        response = org.send(method, path.format(version.label), NO_JSON[kind])
        item = assert_zoho_error(response, version.label)
        assert response.status_code == 400
        assert item["code"] == ("INVALID_REQUEST" if version is ApiVersion.V2 else "UNABLE_TO_PARSE_DATA_TYPE")
    assert org.dump() == before


@for_each(("method", "path"), PATHS)
@for_each("kind", NO_OBJECT)
def test_json_that_is_not_an_object(org: OrgApi, method: str, path: str, kind: str) -> None:
    check(org, method, path, sent(NO_OBJECT[kind]))


@for_each(("method", "path"), PATHS)
@for_each("kind", WRONG_DATA)
def test_data_of_another_type(org: OrgApi, method: str, path: str, kind: str) -> None:
    check(org, method, path, sent({**GOOD, "data": WRONG_DATA[kind]}))


@for_each("kind", WRONG_KEYS)
def test_keys_of_a_mass_update(org: OrgApi, kind: str) -> None:
    keys = WRONG_KEYS[kind]
    body = {**GOOD, **keys} if kind != "no data" else keys
    check(org, "POST", "/crm/{}/Leads/actions/mass_update", sent(body))


@for_each("sent_id", BAD_IDS)
def test_ids_that_name_no_record(org: OrgApi, sent_id: Any) -> None:
    before = org.dump()
    for version in ("v2", "v8"):
        response = org.mass_update("Leads", sent_body(sent_id), version)
        item = assert_zoho_error(response, version)
        assert (response.status_code, item["code"], item["details"]) == (400, "INVALID_DATA", {"id": str(sent_id)})
        updated = org.send("PUT", f"/crm/{version}/Leads", sent({"data": [{"id": sent_id, "City": "New"}]}))
        assert assert_zoho_error(updated, version)["code"] in ("INVALID_DATA", "MANDATORY_NOT_FOUND")
    assert org.dump() == before


def sent_body(sent_id: Any) -> bytes:
    return sent({**GOOD, "ids": [sent_id]})


@for_each("sent_id", [1.5, 1001.0, True, False, {}, [], {"id": "1001"}, 2**64])
def test_ids_of_other_types_in_an_update(org: OrgApi, sent_id: Any) -> None:
    check(org, "PUT", "/crm/{}/Leads", sent({"data": [{"id": sent_id, "City": "New"}]}))


@for_each(
    "record",
    [
        {"Last_Name": None},
        {"Last_Name": ""},
        {"Last_Name": 5},
        {"Last_Name": "x\0y"},
        {"Last_Name": "x" * 81},
        {"Last_Name": "x", "No_of_Employees": 2**63},
        {"Last_Name": "x", "No_of_Employees": 2**64},
        {"Last_Name": "x", "No_of_Employees": 1.5},
        {"Last_Name": "x", "No_of_Employees": True},
        {"Last_Name": "x", "Email": "no address"},
        {"Last_Name": "x", "Email_Opt_Out": "true"},
        {"Last_Name": "x", "Owner": {"id": "1"}},
        {"Last_Name": "x", "Owner": 1.5},
        {"Last_Name": "x", "Annual_Revenue": "1e400"},
        {"Last_Name": "x", "Annual_Revenue": []},
    ],
)
def test_values_of_an_insert(org: OrgApi, record: dict[str, Any]) -> None:
    check(org, "POST", "/crm/{}/Leads", sent({"data": [record]}))


@for_each("levels", [21, 260, 1000])
def test_line_items_nested_too_deep(org: OrgApi, levels: int) -> None:
    arrays, objects = b"[" * levels + b"]" * levels, b'[{"a":' * levels + b"1" + b"}]" * levels
    for nested in (arrays, objects):
        check(org, "POST", "/crm/{}/Quotes", b'{"data":[{"Subject":"x","Product_Details":%b}]}' % nested)


@for_each(("method", "path"), PATHS)
def test_eleven_megabytes(org: OrgApi, method: str, path: str) -> None:
    body = sent({**GOOD, "comment": "x" * (11 * MEGABYTE)})
    before = org.dump()
    for version in ("v2", "v8"):
        response = org.send(method, path.format(version), body)
        assert response.status_code == 413
        assert assert_zoho_error(response, version)["details"] == {}
        assert response.headers["x-mockcrm-rule"] == "BODY_TOO_LARGE"
    assert org.dump() == before


def test_seventy_megabytes_in_pieces_are_read_to_the_end(org: OrgApi) -> None:
    pieces = 0

    async def body() -> Any:
        nonlocal pieces
        for _ in range(70):
            pieces += 1
            yield b" " * MEGABYTE

    response = org.application.send("POST", "/crm/v2/Leads/actions/mass_update", content=body(), headers=org.headers)
    assert (response.status_code, response.headers["x-mockcrm-rule"], pieces) == (413, "BODY_TOO_LARGE", 70)


def test_last_of_a_repeated_key_counts(org: OrgApi) -> None:
    body = b'{"data":[{"City":"New"}],"ids":["999"],"data":[]}'
    assert org.send("POST", "/crm/v2/Leads/actions/mass_update", body).headers["x-mockcrm-rule"] == "NO_FIELD_FOUND"


def test_body_is_read_with_any_content_type(application: Application) -> None:
    org = application.org(FIXTURE)
    for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json; charset=iso-8859-1", "nonsense"):
        path = "/crm/v2/Leads/actions/mass_update"
        response = org.send("POST", path, orjson.dumps(GOOD), headers={"Content-Type": kind})
        assert response.json()["data"][0]["code"] == "SUCCESS"
