"""Bodies within the limit that need much work: a thread handles them, and nothing is looked up or reported a hundred
thousand times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockcrm.core.bulk.body import MAX_IDS
from mockcrm.core.errors.records import TooManyRecords
from mockcrm.core.errors.request import WrongType
from mockcrm.core.orgs.org import Org
from mockcrm.core.records import store as records
from mockcrm.core.records import values as record_values
from mockcrm.crm.mass_update import body as payload
from mockcrm.crm.records import changes, tagging
from mockcrm.http.call import SHORT_BYTES
from tests.support.application import BASE, Application, OrgApi

PRODUCT = str(BASE + 480009)


@pytest.fixture
def org(application: Application) -> OrgApi:
    fields = {"Product_Name": "Pump", "Unit_Price": 5}
    return application.org({"records": {"Products": [{"id": PRODUCT, "fields": fields}]}})


@pytest.mark.parametrize(("module", "field"), [("Leads", "Company"), ("Leads", "no field"), ("Quotes", "Terms")])
def test_a_long_body_is_written_in_a_thread(
    org: OrgApi, monkeypatch: pytest.MonkeyPatch, module: str, field: str
) -> None:
    in_thread: list[bool] = []
    write = Org.write

    async def noted(self: Org, *arguments: Any, long: bool = False, **more: Any) -> Any:
        in_thread.append(long)
        return await write(self, *arguments, long=long, **more)

    monkeypatch.setattr(Org, "write", noted)
    for size in (10, SHORT_BYTES):
        org.send("POST", f"/crm/v2/{module}", {"data": [{field: "x" * size}]})

    assert in_thread == [False, True]


def test_a_product_of_many_line_items_is_looked_up_once(org: OrgApi, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    row = records.row

    def counted(connection: Any, number: int) -> Any:
        looked.append(number)
        return row(connection, number)

    monkeypatch.setattr(records, "row", counted)
    items = [{"product": {"id": PRODUCT}, "quantity": 2}] * 1000
    response = org.send("POST", "/crm/v2/Quotes", {"data": [{"Subject": "Pumps", "Product_Details": items}]})

    assert response.status_code == 201, response.text
    assert looked.count(int(PRODUCT)) == 1
    stored = org.document(int(response.json()["data"][0]["details"]["id"]))["Quoted_Items"]
    assert [item["Total"] for item in stored] == [10] * 1000


def test_only_some_unknown_products_are_reported(org: OrgApi) -> None:
    items = [{"Product_Name": {"id": "5"}}] * 1000
    response = org.send("POST", "/crm/v8/Quotes", {"data": [{"Subject": "Pumps", "Quoted_Items": items}]})

    errors = response.json()["data"][0]["details"]["errors"]
    assert [item["details"]["json_path"] for item in errors] == [
        f"$.data[0].Quoted_Items[{place}].Product_Name" for place in range(changes.MAX_PRODUCT_ERRORS)
    ]


@pytest.mark.parametrize("tag", [{"id": "5"}, {"name": "<"}])
def test_only_some_refused_tags_are_reported(org: OrgApi, tag: dict[str, str]) -> None:
    response = org.send("POST", "/crm/v8/Leads", {"data": [{"Last_Name": "Pump", "Tag": [tag] * 1000}]})

    errors = response.json()["data"][0]["details"]["errors"]
    places = [item["details"]["json_path"].rpartition(".")[0] for item in errors]
    assert places == [f"$.data[0].Tag[{place}]" for place in range(tagging.MAX_ERRORS)]


class Unread(list[Any]):
    """A list that is not walked over."""

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("each member is looked at")


def test_of_too_many_records_only_the_first_are_looked_at() -> None:
    with pytest.raises(TooManyRecords):
        record_values.parse_records({"data": Unread([{}] * 101 + [1])})
    with pytest.raises(WrongType):
        record_values.parse_records({"data": Unread([{}] * 99 + [1] * 10)})


def test_of_too_many_ids_only_the_first_are_looked_at() -> None:
    assert len(payload.parse({"data": [{}], "ids": Unread(["1"] * 501 + [None])}).ids) == MAX_IDS + 1
    with pytest.raises(WrongType):
        payload.parse({"data": [{}], "ids": Unread(["1"] * 499 + [None])})
