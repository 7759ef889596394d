# ruff: noqa: E501 - whole messages are on one line
"""Bad fixtures: one line that names the file, the path inside it and what was expected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockcrm.core.org_settings import OrgSettings
from mockcrm.fixture_format import source
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.fixture_format.parse import parse_fixture
from tests.fixture_format.loading import LoadedOrg
from tests.support.for_each import for_each

STATES = (
    "in_blueprint, stop_processing, approval_pending, in_merge, image_pending, image_rejected, locked, converted, "
    "no_access"
)
TEXTS = [
    (b"mockcrm: 1\nroles: [", "line 3, column 1: not YAML: while parsing a flow node, did not find expected node content"),
    (b"mockcrm: 1\nmockcrm: 1\n", "line 2, column 1: duplicate key 'mockcrm'"),
    (b"mockcrm: 1\nrecords:\n  Leads: []\n  Leads: []\n", "line 4, column 3: duplicate key 'Leads'"),
    (b"mockcrm: 1\n1: 2\n", "line 2, column 1: expected text as a key, got 1 (put it in quotes)"),
    (b"", "expected a mapping with the key `mockcrm: 1`, got null"),
    (b"- mockcrm", "expected a mapping with the key `mockcrm: 1`, got ['mockcrm']"),
    (b'{"mockcrm": 1, "mockcrm": 1}', "duplicate key 'mockcrm'"),
    (b"mockcrm: 1\n---\nmockcrm: 1", "line 2, column 1: not YAML: expected a single document in the stream, but found another document"),
    (b"mockcrm: 1\norg: &a {id: *a}", "line 2, column 14: the alias *a is inside the node it refers to"),
    (b"mockcrm: 1\norg: &a\n  <<: *a\n", "line 3, column 7: the alias *a is inside the node it refers to"),
    (b"mockcrm: 1\norg: *a", "line 2, column 6: not YAML: found undefined alias"),
    (b"mockcrm: 1\nx: !!int " + b"1" * 5000, f"line 2, column 4: expected a value of the type int, got '{'1' * 56}..."),
    (b"mockcrm: 1\nx: !!int 0x" + b"1" * 5000, f"line 2, column 4: expected a value of the type int, got '0x{'1' * 54}..."),
    (b"mockcrm: 1\nx: !!int a", "line 2, column 4: expected a value of the type int, got 'a'"),
    (b"mockcrm: 1\nx: !!int ''", "line 2, column 4: expected a value of the type int, got ''"),
    (b"mockcrm: 1\nx: !!bool maybe", "line 2, column 4: expected a value of the type bool, got 'maybe'"),
    (b"mockcrm: 1\nx: !!float .inf", "line 2, column 4: expected a value of the type float, got '.inf'"),
    (b"mockcrm: 1\nx: 1e999", "line 2, column 4: expected a value of the type float, got '1e999'"),
    (b"mockcrm: 1\nx: !!int " + b"1:" * 100_000 + b"1", f"line 2, column 4: expected a value of the type int, got '{'1:' * 28}..."),
    (b"mockcrm: 1\nx: !!int 0b11", "line 2, column 4: expected a value of the type int, got '0b11'"),
    (b"mockcrm: 1\nx: !!int 1_000", "line 2, column 4: expected a value of the type int, got '1_000'"),
    (b"mockcrm: 1\nx: !!int [1]", "line 2, column 4: expected a value of the type int, got a list"),
    (b"mockcrm: 1\nx: !!float " + b"1:" * 100_000 + b"1", f"line 2, column 4: expected a value of the type float, got '{'1:' * 28}..."),
    (b"mockcrm: 1\nx: !!float 1." + b"0" * 5000, f"line 2, column 4: expected a value of the type float, got '1.{'0' * 54}..."),
    (b"mockcrm: 1\nx: !!timestamp 2024-01-15", "line 2, column 4: could not determine a constructor for the tag 'tag:yaml.org,2002:timestamp'"),
    (b"mockcrm: 1\nx: !!binary aGk=", "line 2, column 4: could not determine a constructor for the tag 'tag:yaml.org,2002:binary'"),
    (b"mockcrm: 1\nx: !!set {a, b}", "line 2, column 4: could not determine a constructor for the tag 'tag:yaml.org,2002:set'"),
    (b"mockcrm: 1\norg: {<<: {}, <<: {}}", "line 2, column 15: duplicate key '<<' (merge a list of mappings)"),
    (b'{"mockcrm": 1,\n "x": ' + b"1" * 5000 + b"}", "line 2, column 7: expected a number of at most 4,300 digits"),
    (b'{"mockcrm": 1,\n "x": 1e999}', "line 2, column 7: '1e999' is too large a number"),
    (b'{"x": ' * 201 + b"1" + b"}" * 201, "nested too deeply; expected at most 200 levels"),
    (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply; expected at most 200 levels"),
    (b"x:\n  " + b"- " * 200 + b"a", "line 2, column 401: nested too deeply; expected at most 200 levels"),
    (b"x:\n  " + b"- " * 100_000 + b"a", "line 2, column 401: nested too deeply; expected at most 200 levels"),
    (b"x: " + b"[" * 200 + b"]" * 200, "line 1, column 203: nested too deeply; expected at most 200 levels"),
    (b"x: &a " + b"[" * 150 + b"]" * 150 + b"\ny: " + b"[" * 60 + b"*a" + b"]" * 60, "line 2, column 64: nested too deeply; expected at most 200 levels"),
    (b"mockcrm: !!python/name:os.system 1", "line 1, column 10: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'"),
    (b"mockcrm: 1 # \xff", "byte 13: expected UTF-8 text"),
]  # fmt: skip


class CountedText(str):
    """A key that counts how often one is compared."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        CountedText.compared += 1
        return str.__eq__(self, other)


def test_a_duplicate_key_is_found_without_comparing_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CountedText, "compared", 0)
    pairs: list[tuple[str, Any]] = [(CountedText(number), 1) for number in [*range(5000), 4999]]

    with pytest.raises(FixtureError, match="duplicate key '4999'"):
        source._object(pairs)

    # A set compares what has the same hash, or nearly.
    assert CountedText.compared < 10 * len(pairs)


@for_each(("text", "line"), TEXTS)
def test_syntax_faults_name_the_line(text: bytes, line: str) -> None:
    with pytest.raises(FixtureError) as caught:
        parse_fixture(text, "bad.yaml")
    assert str(caught.value) == f"bad.yaml: {line}"


def test_endless_nesting_is_one_line_too() -> None:
    with pytest.raises(FixtureError) as caught:
        parse_fixture(b"x: " + b"[" * 100_000, "bad.yaml")
    assert caught.value.message == "nested too deeply; expected at most 200 levels"


def bomb(first: str, each: str, times: int) -> bytes:
    """Every line expands to ten times the line before."""
    lines = ["mockcrm: 1", f"a0: &a0 {first}"]
    lines += [f"a{n}: &a{n} {each.replace('*', f'*a{n - 1}')}" for n in range(1, times)]
    return "\n".join(lines).encode()


@for_each(
    ("text", "line"),
    [
        (bomb("[x]", "[*, *, *, *, *, *, *, *, *, *]", 9), 8),
        (bomb("{k: v}", "{a: *, b: *, c: *, d: *, e: *, f: *, g: *, h: *, i: *, j: *}", 9), 8),
        (bomb("{k: v}", "{<<: [*, *, *, *, *, *, *, *, *, *]}", 9), 8),
        (bomb("x" * 2**20, "[*, *, *, *, *, *, *, *, *, *]", 3), 4),
        (b"mockcrm: 1\na: &a " + b"[" + b"1, " * 2000 + b"1]\nb: [" + b"*a, " * 2000 + b"*a]", 3),
        (b"mockcrm: 1\na:\n" + b"- 1\n" * 1_000_001, 1_000_002),
    ],
)
def test_expanded_size_of_a_text_is_limited(text: bytes, line: int) -> None:
    with pytest.raises(FixtureError) as caught:
        parse_fixture(text, "bad.yaml")
    assert caught.value.where.startswith(f"line {line}, column ")
    assert caught.value.message == (
        "too large with its aliases expanded; expected at most 1,000,000 keys and values of 67,108,864 characters in total"
    )


def test_a_text_of_json_is_measured_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_JSON_NODES", 100)
    with pytest.raises(FixtureError) as caught:
        parse_fixture(b'{"mockcrm": 1, "roles": [' + b"[]," * 100 + b"[]]}", "body")
    assert str(caught.value) == "body: too large; expected at most 100 keys and values (see `generate`)"


def test_the_lists_and_mappings_of_json_are_counted_besides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_JSON_CONTAINERS", 100)
    with pytest.raises(FixtureError) as caught:
        parse_fixture(b'{"mockcrm": 1, "roles": [' + b"[]," * 100 + b"[]]}", "body")
    assert str(caught.value) == "body: too large; expected at most 100 lists and mappings (see `generate`)"


def test_the_bounds_of_json_leave_room_for_50_000_records_of_20_fields() -> None:
    value = "text, as it is"
    fields = {f"Field_{number}": [value] if number % 2 else value for number in range(20)}
    text = json.dumps({"id": "554023000000480001", "owner": "rep@zylker.example", "fields": fields})
    assert 50_000 * sum(map(text.count, ",:[{")) <= source.MAX_JSON_NODES
    assert 50_000 * sum(map(text.count, "[{")) <= source.MAX_JSON_CONTAINERS


def test_aliases_and_merge_keys_within_the_bounds_are_taken() -> None:
    text = b"""
mockcrm: 1
records:
  Leads:
  - fields: &a {Last_Name: Boyle, Company: Zylker}
  - fields: {<<: *a, City: Berlin}
  - fields: *a
"""
    leads = (parse_fixture(text, "good.yaml").records or {})["Leads"]
    names = [(lead.fields or {})["Last_Name"] for lead in leads]
    assert names == ["Boyle", "Boyle", "Boyle"]


@pytest.mark.parametrize("depth", [199, 200])
def test_a_mapping_is_measured_too(depth: int) -> None:
    tree: dict[str, Any] = {}
    for _ in range(depth):
        tree = {"x": tree}
    with pytest.raises(FixtureError) as caught:
        parse_fixture(tree, "body")
    assert (caught.value.message == "nested too deeply; expected at most 200 levels") is (depth == 200)


def test_json_is_recognized_by_its_name() -> None:
    with pytest.raises(FixtureError) as caught:
        parse_fixture('{"mockcrm": 1,\n "roles": [}', "bad.json")
    assert str(caught.value) == "bad.json: line 2, column 12: not JSON: Expecting value"


def test_text_that_only_looks_like_json_is_yaml() -> None:
    assert parse_fixture("{mockcrm: 1}", "body").mockcrm == 1


def leads(record: dict[str, Any]) -> dict[str, Any]:
    return {"records": {"Leads": [record]}}


def lead_fields(**fields: Any) -> dict[str, Any]:
    return leads({"fields": fields})


def field_def(**field: Any) -> dict[str, Any]:
    return {"modules": {"Leads": {"fields": [field]}}}


SHAPES: list[tuple[dict[str, Any], str]] = [
    ({"record": {}}, "record: unknown key; expected one of: mockcrm, org, settings, roles, profiles, users, clients, modules, custom_views, territories, tags, records, generate, deleted"),
    ({"roles": [{"name": "x", "": 1}]}, "roles[0].: unknown key; expected one of: id, name, reports_to"),
    ({"roles": [{"name": "x", "(plain": 1}]}, "roles[0].(plain: unknown key; expected one of: id, name, reports_to"),
    ({"mockcrm": 2}, "mockcrm: expected one of: 1, got 2"),
    ({"roles": {}}, "roles: expected a list, got {}"),
    ({"roles": [{"nam": "x"}]}, "roles[0].nam: unknown key; expected one of: id, name, reports_to"),
    ({"roles": [{"id": "1"}]}, "roles[0].name: missing"),
    ({"org": {"id": "12x"}}, "org.id: expected an id of 1 to 19 digits, got '12x'"),
    ({"org": {"edition": "gold"}}, "org.edition: expected one of: free, standard, professional, enterprise, ultimate, crmplus, zohoone, got 'gold'"),
    ({"org": {"time_zone": "IST"}}, "org.time_zone: expected an offset from UTC like +05:30, got 'IST'"),
    ({"settings": {"job_policy": {"mode": "fast"}}}, "settings.job_policy.mode: expected one of: auto, paced, polled, manual, got 'fast'"),
    ({"settings": {"job_policy": {"polls": {"scheduled": -1}}}}, "settings.job_policy.polls.scheduled: expected 0 or more, got -1"),
    ({"settings": {"job_policy": {"records_per_second": 0}}}, "settings.job_policy.records_per_second: expected more than 0, got 0"),
    ({"settings": {"oauth_error_status": 999}}, "settings.oauth_error_status: expected 599 or less, got 999"),
    ({"settings": {"strict": True}}, f"settings.strict: unknown key; expected one of: {', '.join(OrgSettings.model_fields)}"),
    ({"profiles": [{"name": "X", "deny": ["fly"]}]}, "profiles[0].deny[0]: expected one of: read, create, update, delete, mass_update, schedule_mass_update, mass_update_status, got 'fly'"),
    ({"profiles": [{"name": "X", "modules": {"Leads": {"allow": []}}}]}, "profiles[0].modules.Leads.allow: unknown key; expected one of: deny"),
    ({"users": [{"email": "nobody"}]}, "users[0].email: expected an email address, got 'nobody'"),
    ({"clients": [{"tokens": [{"user": "admin@mockcrm.example", "scopes": ["all of it"]}]}]}, "clients[0].tokens[0].scopes[0]: expected a scope like ZohoCRM.modules.ALL, got 'all of it'"),
    ({"clients": [{"tokens": [{"user": "admin@mockcrm.example", "expires_in": "soon"}]}]}, "clients[0].tokens[0].expires_in: expected `never` or a number of seconds, got 'soon'"),
    ({"clients": [{"redirect_uris": ["localhost"]}]}, "clients[0].redirect_uris[0]: expected an http or https URL, got 'localhost'"),
    ({"modules": {"My Module": {}}}, "modules.My Module: expected an API name (letters, digits and _, a letter first), got 'My Module'"),
    (field_def(api_name="1st", data_type="text"), "modules.Leads.fields[0].api_name: expected an API name (letters, digits and _, a letter first), got '1st'"),
    (leads({"state": ["lockd"]}), f"records.Leads[0].state[0]: unknown state 'lockd'; expected one of: {STATES}"),
    (leads({"id": "x"}), "records.Leads[0].id: expected an id of 1 to 19 digits, got 'x'"),
    (leads({"created": {"time": "2024-01-15"}}), "records.Leads[0].created.time: expected a time like 2024-01-15T10:30:00+05:30, got '2024-01-15'"),
    ({"generate": [{"module": "Leads", "count": -1}]}, "generate[0].count: expected 0 or more, got -1"),
    ({"generate": [{"module": "Leads", "count": 1, "state": {"cycle": [["lockd"]]}}]}, f"generate[0].state.cycle[0][0]: unknown state 'lockd'; expected one of: {STATES}"),
    ({"generate": [{"module": "Leads", "count": 1, "state": {"cycles": []}}]}, "generate[0].state.cycles: unknown key; expected one of: cycle"),
    ({"generate": [{"module": "Leads", "count": 1, "owner": {"cycle": []}}]}, "generate[0].owner.cycle: expected at least one member, got []"),
]  # fmt: skip


@for_each(("tree", "line"), SHAPES)
def test_shape_faults_name_the_path(tree: dict[str, Any], line: str) -> None:
    with pytest.raises(FixtureError) as caught:
        parse_fixture({"mockcrm": 1, **tree}, "bad.yaml")
    assert str(caught.value) == f"bad.yaml: {line}"


@pytest.mark.parametrize("unsupported", [["text"], {"a": 1}, 5, None])
def test_unsupported_data_types_are_refused(unsupported: Any) -> None:
    with pytest.raises(FixtureError):
        LoadedOrg(field_def(api_name="X", data_type=unsupported))


def test_error_of_an_unknown_data_type_lists_the_known_ones() -> None:
    with pytest.raises(FixtureError, match=r"^bad: modules\.Leads\.fields\[0\]\.data_type: unknown data_type 'txt'; "):
        parse_fixture({"mockcrm": 1, **field_def(api_name="X", data_type="txt")}, "bad")


def test_the_version_is_checked() -> None:
    with pytest.raises(FixtureError) as caught:
        parse_fixture({"roles": []}, "bad.yaml")
    assert str(caught.value) == "bad.yaml: mockcrm: missing; expected `mockcrm: 1`, the version of the format"


def view(**entry: Any) -> dict[str, Any]:
    return {"custom_views": [{"module": "Leads", "name": "Mine", **entry}]}


def workflow(**entry: Any) -> dict[str, Any]:
    return {"modules": {"Leads": {"workflows": [{"name": "w", **entry}]}}}


MEANINGS: list[tuple[dict[str, Any], str]] = [
    # names
    ({"roles": [{"name": "A", "reports_to": "B"}]}, "roles[0].reports_to: unknown role 'B'; expected one of: CEO, Manager, A"),
    ({"roles": [{"name": "A", "reports_to": "B"}, {"name": "B", "reports_to": "A"}]}, "roles[0].reports_to: the role would be above itself"),
    ({"roles": [{"name": "A"}, {"name": "A"}]}, "roles[1].name: 'A' is already in roles[0]"),
    ({"users": [{"email": "x@y.z", "role": "Boss"}]}, "users[0].role: unknown role 'Boss'; expected one of: CEO, Manager"),
    ({"users": [{"email": "x@y.z", "profile": "Boss"}]}, "users[0].profile: unknown profile 'Boss'; expected one of: Administrator, Standard"),
    ({"users": [{"email": "x@y.z"}, {"email": "X@Y.Z"}]}, "users[1].email: 'x@y.z' is already in users[0]"),
    ({"profiles": [{"name": "X", "modules": {"Lead": {"deny": []}}}]}, "profiles[0].modules.Lead: unknown module 'Lead'; expected one of: Leads, Accounts, Contacts, Deals, Campaigns, Tasks, Events, Calls, Activities, Cases, Solutions, Products, Vendors, Price_Books, Quotes, Sales_Orders, Purchase_Orders, Invoices, Notes, Attachments"),
    ({"profiles": [{"name": "X", "fields": {"Leads": {"Ratin": "hidden"}}}]}, "profiles[0].fields.Leads.Ratin: unknown field of Leads 'Ratin'; did you mean 'Rating'?"),
    ({"clients": [{"tokens": [{"user": "x@y.z"}]}]}, "clients[0].tokens[0].user: unknown user 'x@y.z'; expected one of: admin@mockcrm.example"),
    ({"clients": [{"client_id": "1000.A"}, {"client_id": "1000.A"}]}, "clients[1].client_id: '1000.A' is already used in clients[0].client_id"),
    ({"territories": [{"name": "UK", "parent": "EMEA"}]}, "territories[0].parent: unknown territory 'EMEA'; expected one of: UK"),
    ({"territories": [{"name": "A", "parent": "A"}]}, "territories[0].parent: the territory would be above itself"),
    # modules
    ({"modules": {"Lead": {}}}, "modules.Lead: not a standard module; a custom module needs singular_label and plural_label; standard modules: Leads, Accounts, Contacts, Deals, Campaigns, Tasks, Events, Calls, Activities, Cases, Solutions, Products, Vendors, Price_Books, Quotes, Sales_Orders, Purchase_Orders, Invoices, Notes, Attachments"),
    ({"modules": {"leads": {"singular_label": "a", "plural_label": "b"}}}, "modules.leads: the module Leads already exists"),
    ({"modules": {"Leads": {"singular_label": "a"}}}, "modules.Leads.singular_label: only a custom module may have its own label"),
    ({"modules": {"Leads": {"id": "7"}}}, "modules.Leads.id: the module Leads already has the id 554023000000002175"),
    (field_def(api_name="Tier"), "modules.Leads.fields[0].data_type: missing; Leads has no field Tier"),
    (field_def(api_name="Rating", data_type="text"), "modules.Leads.fields[0].data_type: Rating is already a picklist"),
    (field_def(api_name="X", data_type="text", pick_list_values=["A"]), "modules.Leads.fields[0].pick_list_values: a field of data_type text has no pick_list_values"),
    (field_def(api_name="X", data_type="picklist", pick_list_values=["A", "A"]), "modules.Leads.fields[0].pick_list_values: expected different values"),
    (field_def(api_name="X", data_type="text", lookup="Leads"), "modules.Leads.fields[0].lookup: a field of data_type text does not point to a module"),
    (field_def(api_name="X", data_type="lookup"), "modules.Leads.fields[0].lookup: missing; expected the module that the field points to"),
    ({"modules": {"Leads": {"fields": [{"api_name": "X", "data_type": "text"}] * 2}}}, "modules.Leads.fields[1].api_name: the field X is already in this list"),
    (lead_fields(LAST_NAME="x"), "records.Leads[0].fields.LAST_NAME: unknown field of Leads 'LAST_NAME'; did you mean 'Last_Name'?"),
    ({"modules": {"Leads": {"layout_rules": ["Industri"]}}}, "modules.Leads.layout_rules[0]: unknown field of Leads 'Industri'; did you mean 'Industry'?"),
    ({"modules": {"Leads": {"validation_rules": ["zzz"]}}}, "modules.Leads.validation_rules[0]: unknown field of Leads 'zzz'"),
    ({"modules": {"Leads": {"blueprint": {"field": "Company"}}}}, "modules.Leads.blueprint.field: expected a picklist, Company is a text"),
    (workflow(set={"Ratin": "x"}), "modules.Leads.workflows[0].set.Ratin: unknown field of Leads 'Ratin'; did you mean 'Rating'?"),
    (workflow(set={"Owner": "x"}), "modules.Leads.workflows[0].set.Owner: a workflow cannot set Owner"),
    (workflow(set={"Annual_Revenue": "x"}), "modules.Leads.workflows[0].set.Annual_Revenue: expected a number, got 'x'"),
    # views
    (view(module="Lead"), "custom_views[0].module: unknown module 'Lead'; expected one of: Leads, Accounts, Contacts, Deals, Campaigns, Tasks, Events, Calls, Activities, Cases, Solutions, Products, Vendors, Price_Books, Quotes, Sales_Orders, Purchase_Orders, Invoices, Notes, Attachments"),
    (view(shared_with=["x@y.z"]), "custom_views[0].shared_with[0]: unknown user 'x@y.z'; expected one of: admin@mockcrm.example"),
    (view(sort_by="zzz"), "custom_views[0].sort_by: unknown field of Leads 'zzz'"),
    # ids
    ({"roles": [{"name": "CEO", "id": "1"}, {"name": "A", "id": "1"}]}, "roles[1].id: the id 1 is already used by role CEO"),
    ({"roles": [{"name": "A", "id": "554023000000026008"}]}, "roles[0].id: the id 554023000000026008 is already used by role Manager"),
    (leads({"id": "554023000000150013"}), "records.Leads[0].id: the id 554023000000150013 is already used by user admin@mockcrm.example"),
    ({"records": {"Leads": [{"id": "5"}], "Deals": [{"id": 5}]}}, "records.Deals[0].id: the id 5 is already used by a record of Leads"),
    # records
    ({"records": {"Lead": []}}, "records.Lead: unknown module 'Lead'; expected one of: Leads, Accounts, Contacts, Deals, Campaigns, Tasks, Events, Calls, Activities, Cases, Solutions, Products, Vendors, Price_Books, Quotes, Sales_Orders, Purchase_Orders, Invoices, Notes, Attachments"),
    ({"records": {"Activities": [{}]}}, "records.Activities: Activities has no records of its own; expected Tasks, Events or Calls"),
    (leads({"owner": "x@y.z"}), "records.Leads[0].owner: unknown user 'x@y.z'; expected one of: admin@mockcrm.example"),
    (leads({"territories": ["UK"]}), "records.Leads[0].territories[0]: unknown territory 'UK'; none are defined"),
    ({"territories": [{"name": "UK"}], "records": {"Vendors": [{"territories": ["UK"]}]}}, "records.Vendors[0].territories: records of Vendors are not assigned to territories"),
    (leads({"modified": {"by": "x@y.z"}}), "records.Leads[0].modified.by: unknown user 'x@y.z'; expected one of: admin@mockcrm.example"),
    (lead_fields(Compny="x"), "records.Leads[0].fields.Compny: unknown field of Leads 'Compny'; did you mean 'Company'?"),
    (lead_fields(Owner="x"), "records.Leads[0].fields.Owner: expected the key `owner` beside `fields`"),
    (lead_fields(Created_Time="x"), "records.Leads[0].fields.Created_Time: expected the key `created` beside `fields`"),
    (lead_fields(Converted__s=True), "records.Leads[0].fields.Converted__s: expected the key `state` beside `fields`"),
    (lead_fields(Layout="x"), "records.Leads[0].fields.Layout: Layout has no value of its own"),
    (lead_fields(Company=5), "records.Leads[0].fields.Company: expected text, got 5"),
    (lead_fields(Company=True), "records.Leads[0].fields.Company: expected text, got true"),
    (lead_fields(Email_Opt_Out="yes"), "records.Leads[0].fields.Email_Opt_Out: expected true or false, got 'yes'"),
    (lead_fields(No_of_Employees=1.5), "records.Leads[0].fields.No_of_Employees: expected a whole number, got 1.5"),
    (lead_fields(Annual_Revenue=True), "records.Leads[0].fields.Annual_Revenue: expected a number, got true"),
    (lead_fields(Visitor_Score="12x"), "records.Leads[0].fields.Visitor_Score: expected a whole number of at most 19 digits, got '12x'"),
    (lead_fields(Converted_Date_Time="2024-01-15"), "records.Leads[0].fields.Converted_Date_Time: expected a time like 2024-01-15T10:30:00+05:30, got '2024-01-15'"),
    (lead_fields(Converted_Account={"name": "x"}), "records.Leads[0].fields.Converted_Account: expected the id of a record, as digits or as {\"id\": digits}, got {'name': 'x'}"),
    (lead_fields(Tag=[5]), "records.Leads[0].fields.Tag[0]: expected the name of a tag, got 5"),
    ({"records": {"Deals": [{"fields": {"Closing_Date": "2024-02-30"}}]}}, "records.Deals[0].fields.Closing_Date: expected a date like 2024-01-15, got '2024-02-30'"),
    ({"modules": {"Leads": {"fields": [{"api_name": "L", "data_type": "multiselectpicklist"}]}}, **lead_fields(L="x")}, "records.Leads[0].fields.L: expected a list, got 'x'"),
    ({"modules": {"Leads": {"fields": [{"api_name": "L", "data_type": "multiselectpicklist"}]}}, **lead_fields(L=["x", 5])}, "records.Leads[0].fields.L[1]: expected text, got 5"),
    ({"modules": {"Leads": {"fields": [{"api_name": "U", "data_type": "userlookup"}]}}, **lead_fields(U="x@y.z")}, "records.Leads[0].fields.U: expected the email or id of a user, got 'x@y.z'"),
    # generate
    ({"generate": [{"module": "Leads", "count": 1, "owner": {"cycle": ["x@y.z"]}}]}, "generate[0].owner.cycle[0]: unknown user 'x@y.z'; expected one of: admin@mockcrm.example"),
    ({"generate": [{"module": "Leads", "count": 1, "territories": {"cycle": [[], ["UK"]]}}]}, "generate[0].territories.cycle[1][0]: unknown territory 'UK'; none are defined"),
    ({"generate": [{"module": "Leads", "count": 1, "fields": {"Company": {"cycle": []}}}]}, "generate[0].fields.Company.cycle: expected a list with at least one member, got []"),
    ({"generate": [{"module": "Leads", "count": 1, "fields": {"Company": {"cycle": ["a", 5]}}}]}, "generate[0].fields.Company.cycle[1]: expected text, got 5"),
    ({"generate": [{"module": "Leads", "count": 1, "fields": {"No_of_Employees": "{n}0"}}]}, "generate[0].fields.No_of_Employees: expected a whole number, got '10'"),
    ({"deleted": {"Leads": [{"id": "5", "created_by": "x@y.z"}]}}, "deleted.Leads[0].created_by: unknown user 'x@y.z'; expected one of: admin@mockcrm.example"),
]  # fmt: skip


@for_each(("tree", "line"), MEANINGS)
def test_faults_of_meaning_name_the_path(tree: dict[str, Any], line: str) -> None:
    with pytest.raises(FixtureError) as caught:
        LoadedOrg(tree)
    assert str(caught.value) == f"test: {line}"


@pytest.mark.parametrize(
    ("tree", "where"),
    [
        (view(criteria={"comparator": "equal", "field": "zzz", "value": 1}), "custom_views[0].criteria.field"),
        (workflow(when={}), "modules.Leads.workflows[0].when"),
        ({"modules": {"Leads": {"approval": {"enter_when": {"group": []}}}}}, "modules.Leads.approval.enter_when"),
        (
            {"modules": {"Leads": {"blueprint": {"field": "Rating", "enter_when": {"field": "Rating"}}}}},
            "modules.Leads.blueprint.enter_when",
        ),
    ],
)
def test_faults_of_criteria_name_the_path(tree: dict[str, Any], where: str) -> None:
    with pytest.raises(FixtureError) as caught:
        LoadedOrg(tree)
    assert caught.value.where.startswith(where)
    assert "\n" not in str(caught.value)


def test_a_fault_leaves_nothing_half_loaded() -> None:
    org = LoadedOrg({"records": {"Leads": [{"id": "5", "fields": {"Company": "Zylker"}}]}})
    before = org.export()
    with pytest.raises(FixtureError):
        org.load({"roles": [{"name": "New"}], "records": {"Leads": [{"id": "5", "fields": {"Company": 1}}]}})
    assert org.export() == before
