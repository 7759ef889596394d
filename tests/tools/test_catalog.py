"""catalog.json matches the YAML files, and errors in these are found when it is built."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockcrm.core.catalog.loader import CATALOG_FILE, standard_modules
from mockcrm.core.catalog.model import Field, Module, View
from mockcrm.core.versions import ApiVersion
from tests.support.for_each import for_each
from tools.catalog import DATA, PACKAGE, CatalogError, build


def _yaml(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


MODULES = _yaml("modules")["modules"]
NAMES = [module["api_name"] for module in MODULES]


def _plain(value: Any) -> Any:
    if isinstance(value, ApiVersion):
        return value.label
    return list(value) if isinstance(value, tuple) else value


def _shown(item: Field | View | Module, like: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(getattr(item, key)) for key in like}


def test_catalog_json_is_a_fresh_build() -> None:
    assert (PACKAGE / CATALOG_FILE).read_bytes() == build()


def test_modules_come_in_the_order_of_the_yaml() -> None:
    assert list(standard_modules()) == NAMES


@for_each("written", MODULES)
def test_a_loaded_module_is_what_its_yaml_says(written: dict[str, Any]) -> None:
    name = written["api_name"]
    module, content = standard_modules()[name], _yaml(name)
    assert _shown(module, written) == written
    fields = [_shown(*pair) for pair in zip(module.fields, content["fields"], strict=True)]
    assert fields == content["fields"]
    views = [_shown(*pair) for pair in zip(module.views, content["custom_views"], strict=True)]
    assert views == content["custom_views"]


def test_an_absent_key_takes_the_default_of_the_model() -> None:
    wizard = standard_modules()["Leads"].by_name["Wizard"]
    assert (wizard.mass_update, wizard.system_mandatory, wizard.read_only) == (False, False, False)
    assert (wizard.api_writable, wizard.custom, wizard.unique, wizard.lookup) == (True, False, False, None)
    assert (wizard.since, wizard.until) == (ApiVersion.V2, ApiVersion.V8)


SHORT = "{api_name: Name, field_label: Name, data_type: text, json_type: string"
FIELD = SHORT + ", length: 120"
VIEW = "{name: All, display_value: All, system_name: ALLVIEWS"


@pytest.mark.parametrize(
    ("fields", "views", "message"),
    [
        (FIELD + ", src: real}", "", "Vendors.yaml: fields[0]: unknown key 'src'"),
        ("{api_name: Name}", "", "Vendors.yaml: fields[0]: field_label is missing"),
        (SHORT + ", length: '120'}", "", "Vendors.yaml: fields[0].length: expected int, got '120'"),
        (FIELD + ", mass_update: 1}", "", "Vendors.yaml: fields[0].mass_update: expected bool, got 1"),
        (FIELD + ", since: v9}", "", "Vendors.yaml: fields[0].since: expected one of v2, v2.1,"),
        (
            FIELD + ", pick_list_values: [A]}",
            "",
            "Vendors.yaml: fields[0].pick_list_values: a text has no pick_list_values",
        ),
        (FIELD + ", lookup: Leads}", "", "fields[0].lookup: 'Leads' is not a module that a text may point to"),
        (FIELD.replace("text", "lookup") + ", lookup: Nope}", "", "'Nope' is not a module"),
        (FIELD.replace("text", "words") + "}", "", "fields[0].data_type: unknown type 'words'"),
        (
            FIELD.replace("text", "picklist") + ", pick_list_values: [No]}",
            "",
            "strings, got [False]",
        ),
        (FIELD + "}\n- " + FIELD + "}", "", "Vendors.yaml: fields: duplicate api_name"),
        (SHORT + "}", "", "Vendors.yaml: fields[0].length is missing"),
        (FIELD + ", read_only: true}", "", "fields[0].api_writable: expected false, since the field is read-only"),
        (FIELD + ", api_writable: false, in_edit: true}", "", "a field that cannot be written is on no form"),
        (
            FIELD + ", in_edit: false, mass_update: true}",
            "",
            "fields[0].mass_update: expected false, since the field cannot be edited",
        ),
        (FIELD + "}", VIEW + ", derived: true}", "custom_views[0]: unknown key 'derived'"),
        (FIELD + "}", VIEW + ", sort_by: Size}", "custom_views[0]: 'Size' is not a field of the module"),
        (FIELD + "}", VIEW + ", sort_order: up}", "custom_views[0].sort_order: expected asc or desc"),
        (
            FIELD + "}",
            VIEW + ", criteria: {comparator: equal, field: City, value: a}}",
            "'City' is not a field of the module",
        ),
        (
            FIELD + "}",
            VIEW + ", criteria: {comparator: like, field: Name, value: a}}",
            "criteria: unknown comparator",
        ),
        (
            FIELD + "}",
            VIEW + ", criteria: {group_operator: and, group: []}}",
            "AND or OR over 2 to 25",
        ),
        (FIELD + "}", VIEW + ", criteria: {field: Name}}", "criteria: expected comparator, field, value or"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, fields: str, views: str, message: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    listed = f"custom_views:\n- {views}\n" if views else "custom_views: []\n"
    (data / "Vendors.yaml").write_text(f"fields:\n- {fields}\n{listed}", encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        build(data)
    assert message in str(caught.value)


def test_a_file_without_a_module_is_a_fault(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    (data / "Extra.yaml").write_text("fields: []\ncustom_views: []\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="expected one file for each module and no others: Extra"):
        build(data)


def test_an_id_given_twice_is_a_fault(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    text = (data / "modules.yaml").read_text(encoding="utf-8")
    (data / "modules.yaml").write_text(text.replace("id: 2177", "id: 2175"), encoding="utf-8")
    with pytest.raises(CatalogError, match="duplicate id"):
        build(data)
