"""An org's metadata in memory: modules with their fields, views, users, profiles, roles, territories, settings.

It is built from the org's file when that is opened or its metadata changed, and is immutable: every change builds a new
object. Rules and handlers use it, so that a request queries SQLite only for records and jobs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from mockcrm.core.catalog.model import COLUMN_FIELDS, STATE_FIELDS, Field, Module
from mockcrm.core.field_types import Storage
from mockcrm.core.orgs.rows import row_of
from mockcrm.core.web_origins import origin_of

Denial = Literal["read", "create", "update", "delete", "mass_update", "schedule_mass_update", "mass_update_status"]
FieldAccess = Literal["read_only", "hidden"]
_GENERATED = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}|[0-9a-f]{42}")
"""The formats of the tokens, codes and client secrets that the server generates (see `new_token`)."""
RELATED = "What_Id"
"""The field of tasks, events and calls that names a record of any module."""
SE_MODULE = Field(
    id=0,
    api_name="$se_module",
    field_label="Related Module",
    data_type="text",
    json_type="string",
    api_writable=False,
)
"""What tasks, events and calls store besides their fields: the module of the record that RELATED names. No list of
fields has it."""
EDITIONS_WITH_SCHEDULER = frozenset({"enterprise", "ultimate", "crmplus", "zohoone"})


@dataclass(frozen=True, slots=True)
class OrgInfo:
    """The org itself. `base` is the smallest id in the org, `offset` its time zone in seconds east of UTC."""

    id: int
    base: int
    company_name: str
    edition: str
    time_zone: str
    offset: int
    extra: Mapping[str, Any] = field(default_factory=dict)


@row_of("role")
@dataclass(frozen=True, slots=True)
class Role:
    """A role and the one it reports to."""

    id: int
    name: str
    reports_to: int | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile: the rights that its users lack, in general, per module, and per field of a module."""

    id: int
    name: str
    deny: frozenset[str] = frozenset()
    modules: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, FieldAccess]] = field(default_factory=dict)

    def denies(self, right: Denial, module: str | None = None) -> bool:
        """Return whether the profile denies `right`, in general or for `module`."""
        return right in self.deny or (module is not None and right in self.modules.get(module, ()))

    def field_access(self, module: str, name: str) -> FieldAccess | None:
        """Return `read_only` or `hidden`, None when the profile does not restrict the field."""
        return self.fields.get(module, {}).get(name)


@row_of("user", json=["extra"])
@dataclass(frozen=True, slots=True)
class User:
    """A user. `extra` holds the other keys that settings/users shows."""

    id: int
    email: str
    full_name: str
    role_id: int
    profile_id: int
    status: str = "active"
    extra: Mapping[str, Any] = field(default_factory=dict)


@row_of("territory", json=["extra"])
@dataclass(frozen=True, slots=True)
class Territory:
    """A node of the territory tree."""

    id: int
    name: str
    parent_id: int | None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomView:
    """A custom view. `criteria` is a tree in the v2 shape, None for every record; `shared_with` the ids of the
    users who may use it, None for everyone."""

    id: int
    module: str
    name: str
    display_value: str
    system_name: str | None = None
    system_defined: bool = False
    default: bool = False
    criteria: Mapping[str, Any] | None = None
    shared_with: frozenset[int] | None = None
    sort_by: str | None = None
    sort_order: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def open_to(self, user_id: int) -> bool:
        """Return whether the user may use the view."""
        return self.shared_with is None or user_id in self.shared_with


@dataclass(frozen=True)
class OrgModule:
    """A module of the org: its `definition` in the catalog with the org's changes, its rules and its automation.

    `blueprint` is {"field", "enter_when"?}, `approval` {"enter_when"?}, `workflows` [{"name", "when"?, "set"?,
    "webhook"?}] as in the fixture format; `id` is the whole id, `base` the org's prefix of it."""

    id: int
    base: int
    definition: Module
    layout_rules: frozenset[str] = frozenset()
    validation_rules: frozenset[str] = frozenset()
    blueprint: Mapping[str, Any] | None = None
    approval: Mapping[str, Any] | None = None
    workflows: tuple[Mapping[str, Any], ...] = ()

    @property
    def layout_id(self) -> int:
        """The id of the module's only layout, Standard (Leads: ...091055, as in samples of the real API)."""
        return self.id + 88_880

    @cached_property
    def api_name(self) -> str:
        """The module's name in URLs."""
        return self.definition.api_name

    @cached_property
    def has_automation(self) -> bool:
        """Whether updating a record of the module can trigger a workflow, an approval or a blueprint."""
        entered = any("enter_when" in (rule or {}) for rule in (self.approval, self.blueprint))
        return bool(self.workflows) or entered

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by api_name."""
        return self.definition.by_name

    @cached_property
    def auto_numbers(self) -> tuple[Field, ...]:
        """The fields whose values the service gives to new records, one number after another."""
        return tuple(item for item in self.definition.fields if item.type.is_auto_number)

    @cached_property
    def mandatory(self) -> tuple[Field, ...]:
        """The fields that a record needs a value of, in the versions that have them."""
        return tuple(item for item in self.definition.fields if item.system_mandatory)

    @cached_property
    def unique(self) -> tuple[Field, ...]:
        """The fields whose values no two records share."""
        return tuple(item for item in self.definition.fields if item.unique)

    @cached_property
    def has_related_module(self) -> bool:
        """Whether a record names another one of any module (What_Id) and the module (`$se_module`)."""
        return RELATED in self.definition.by_name and not self.definition.pseudo

    @cached_property
    def document_fields(self) -> tuple[Field, ...]:
        """The fields in the JSON document of a record, plain ones first.

        Fields whose wire form depends on other rows or on the API version come last, so that the end of the text alone
        shows whether a record has values in them.
        """
        stored = [
            item
            for item in self.definition.fields
            if item.api_name not in COLUMN_FIELDS
            and item.api_name not in STATE_FIELDS
            and item.type.storage is Storage.DOCUMENT
            and item.api_name != "id"
        ]
        if self.has_related_module:
            stored.append(SE_MODULE)
        return tuple(sorted(stored, key=lambda item: (is_special(item), may_nest(item))))

    @cached_property
    def unset(self) -> Mapping[str, Any]:
        """The document of a record without any values."""
        return {item.api_name: item.unset for item in self.document_fields}


def may_nest(item: Field) -> bool:
    """Return whether a stored value of the field may contain objects, with keys of their own. Such fields come last in
    a document, so that the first `"City":` in its text is the key of the field City (used by the SQL of criteria)."""
    return is_special(item) or (item.json_type in ("jsonobject", "jsonarray") and not item.type.members_are_texts)


def is_special(item: Field) -> bool:
    """Return whether a stored value of the field differs from its wire form in some API version."""
    return item.type.stored_last or item.lists_taxes or not item.in_every_version or item is SE_MODULE


@dataclass(frozen=True)
class OrgMetadata:
    """All metadata of one org. `settings` are the settings of its fixtures as JSON, without defaults."""

    org: OrgInfo
    modules: Mapping[str, OrgModule]
    views: Mapping[int, CustomView]
    users: Mapping[int, User]
    profiles: Mapping[int, Profile]
    roles: Mapping[int, Role]
    territories: Mapping[int, Territory]
    settings: Mapping[str, Any]
    admin_id: int
    clients: Sequence[Mapping[str, Any]] = ()
    """OAuth clients as in the fixtures: redirect URIs, secrets and tokens, None where a random one was generated."""
    cache: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """A cache for what higher layers compute from this metadata."""

    @cached_property
    def page_origins(self) -> frozenset[str]:
        """The web origins of the clients' redirect URIs."""
        uris = {uri for client in self.clients for uri in client.get("redirect_uris") or ()}
        return frozenset(found for found in map(origin_of, uris) if found is not None)

    @cached_property
    def _literals(self) -> frozenset[str]:
        found = {client.get("client_secret") for client in self.clients}
        for client in self.clients:
            for token in client.get("tokens") or ():
                found |= {token.get(key) for key in ("access_token", "refresh_token", "grant_code")}
        return frozenset(text for text in found if text)

    def is_literal(self, credential: str) -> bool:
        """Return whether a secret, token or code comes from a fixture instead of having been generated by the server.

        The format decides too: a reset or a restored snapshot may remove a client from the org's file while its tokens
        stay valid, and hardly any literal has the format of a generated one."""
        return credential in self._literals or _GENERATED.fullmatch(credential) is None

    @cached_property
    def modules_by_id(self) -> dict[int, OrgModule]:
        """Every module by its whole id."""
        return {item.id: item for item in self.modules.values()}

    @cached_property
    def users_by_email(self) -> dict[str, User]:
        """Users by e-mail address in lower case."""
        return {user.email.lower(): user for user in self.users.values()}

    @cached_property
    def _modules_in_lower_case(self) -> dict[str, OrgModule]:
        return {name.lower(): module for name, module in self.modules.items()}

    def find_module(self, name: str) -> OrgModule | None:
        """Return the module of that api_name in any case, None when there is none. No letter of an api_name is outside
        ASCII, though some of those in lower case are."""
        module = self.modules.get(name)
        if module is None and name.isascii():
            return self._modules_in_lower_case.get(name.lower())
        return module

    def record_modules(self, module: OrgModule) -> list[OrgModule]:
        """Return the modules whose records `module` shows: Tasks, Events and Calls for Activities, otherwise only
        itself."""
        if module.api_name != "Activities":
            return [module]
        return [self.modules[name] for name in ("Tasks", "Events", "Calls")]

    def profile_of(self, user: User) -> Profile:
        """Return the profile of a user."""
        return self.profiles[user.profile_id]

    def views_of(self, module: str) -> list[CustomView]:
        """Return the custom views of a module in order of their ids."""
        return sorted((view for view in self.views.values() if view.module == module), key=lambda v: v.id)

    def subtree(self, territory_id: int) -> list[int]:
        """Return the ids of a territory and of all territories below it."""
        found = [territory_id]
        for parent in found:
            found.extend(t.id for t in self.territories.values() if t.parent_id == parent)
        return found
