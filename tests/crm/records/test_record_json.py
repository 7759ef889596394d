"""Records written by joining texts equal those written by parsing the documents, with any stored values."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core.catalog.states import RecordState
from mockcrm.core.org_metadata.model import Profile, is_special
from mockcrm.core.records.documents import unset_document
from mockcrm.core.records.record_json import SHOWN_EARLIER, RecordWriter, writer_for
from mockcrm.core.records.store import Row
from mockcrm.core.versions import ApiVersion
from tests.support.for_each import for_each
from tests.support.org_metadata import make_metadata

ORG = make_metadata(
    {
        "modules": {
            "Leads": {
                "fields": [
                    {"api_name": "Languages", "data_type": "multiselectpicklist"},
                    {"api_name": "Friend", "data_type": "lookup", "lookup": "Contacts"},
                    {"api_name": "Buddy", "data_type": "userlookup"},
                ]
            },
            "Clients": {"singular_label": "Client", "plural_label": "Clients"},
        },
        "territories": [{"id": "61", "name": "EMEA"}],
    }
)
EVERYTHING = Profile(1, "all")
ADMIN = ORG.admin_id
PLAIN = {"City": st.none() | st.text(max_size=8), "No_of_Employees": st.none() | st.integers(0, 9)}
SPECIAL = {
    "Friend": st.none() | st.just({"id": "5"}) | st.just({"id": "6"}),
    "Buddy": st.none() | st.just({"id": str(ADMIN)}),
    "Enrich_Status__s": st.none() | st.just("done"),
}


def row(module: str, values: dict[str, Any], state: int) -> Row:
    item = ORG.modules[module]
    text = orjson.dumps({**unset_document(item), **values}).decode()
    return Row(1, item.id, state, ADMIN, ADMIN, ADMIN, 0, 9, text)


@given(
    module=st.sampled_from(["Leads", "Deals", "Tasks", "Clients", "Quotes"]),
    plain=st.fixed_dictionaries(PLAIN),
    special=st.fixed_dictionaries(SPECIAL),
    with_special=st.booleans(),
    state=st.integers(0, sum(RecordState)),
    version=st.sampled_from(list(ApiVersion)),
)
def test_whole_record_by_text_is_the_one_by_parsing(
    module: str, plain: Any, special: Any, with_special: bool, state: int, version: ApiVersion
) -> None:
    values = {**plain, **(special if with_special else {})} if module == "Leads" else {}
    stored = row(module, values, state)
    fast = RecordWriter(ORG, ORG.modules[module], version, EVERYTHING)
    slow = RecordWriter(ORG, ORG.modules[module], version, EVERYTHING)
    slow._by_text = False
    names = {5: "Five"}
    assert fast.whole(stored, {1: [61]}, names) == slow.whole(stored, {1: [61]}, names)
    item = orjson.loads(fast.whole(stored, {1: [61]}, names))
    known = [
        field.api_name
        for field in ORG.modules[module].definition.fields
        if field.exists_in(version) or field.api_name in SHOWN_EARLIER
    ]
    assert {name for name in item if not name.startswith("$")} == set(known)
    for name in known:
        assert orjson.loads(fast.chosen(stored, [name], {1: [61]}, names))[name] == item[name]


def test_special_fields_are_last_so_that_their_nulls_can_be_recognised() -> None:
    for module in ORG.modules.values():
        kinds = [is_special(field) for field in module.document_fields]
        assert kinds == sorted(kinds)


def test_hidden_field_is_left_out_of_the_whole_record_and_of_chosen_ones() -> None:
    profile = Profile(1, "x", fields={"Leads": {"City": "hidden", "Friend": "hidden", "Fax": "read_only"}})
    writer = RecordWriter(ORG, ORG.modules["Leads"], ApiVersion.V2, profile)
    stored = row("Leads", {"City": "x", "Fax": "1", "Friend": {"id": "5"}}, 0)
    item = orjson.loads(writer.whole(stored, {}, {}))
    assert item["Fax"] == "1"
    assert not {"City", "Friend"} & item.keys()
    chosen = orjson.loads(writer.chosen(stored, ["City", "Fax", "Friend"], {}, {}))
    assert [name for name in chosen if not name.startswith("$")] == ["id", "Fax"]


@for_each("version", list(ApiVersion))
def test_dollar_keys_come_with_chosen_fields_before_v3_alone(version: ApiVersion) -> None:
    writer = RecordWriter(ORG, ORG.modules["Leads"], version, EVERYTHING)
    item = orjson.loads(writer.chosen(row("Leads", {}, 0), ["City"], {}, {}))
    assert any(name.startswith("$") for name in item) == (version < ApiVersion.V3)


def test_writer_is_cached_with_its_metadata() -> None:
    arguments = (ORG, ORG.modules["Leads"], ApiVersion.V2)
    assert writer_for(*arguments, EVERYTHING) is writer_for(*arguments, EVERYTHING)
    assert writer_for(*arguments, EVERYTHING) is not writer_for(*arguments, Profile(2, "other"))
