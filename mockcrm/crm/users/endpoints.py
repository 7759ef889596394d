"""GET /users and /users/{id} (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.errors.request import InvalidParam, PatternNotMatched
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgMetadata, User
from mockcrm.core.org_metadata.users import administers, first_and_last_name, zone_name, zuid
from mockcrm.core.versions import ApiVersion
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, Operation, plain, verbs
from mockcrm.http.metadata_filters import with_ids
from mockcrm.http.metadata_responses import NOT_MODIFIED, author, creation_time, is_unchanged, paginate, path_id
from mockcrm.http.response import Response, json_response


def is_confirmed(user: User) -> bool:
    """Return whether the user accepted the invitation: yes, unless the fixture says otherwise."""
    return user.extra.get("confirm", True) is not False


def _is_active(user: User) -> bool:
    return user.status == "active"


def _is_member(user: User) -> bool:
    return user.status in ("active", "disabled")


Test = Callable[[Call, User], bool]


def _reports_to_caller(call: Call, user: User) -> bool:
    role = call.metadata.roles.get(user.role_id)
    return role is not None and role.reports_to == call.user.role_id


def _role_in_query(call: Call) -> int:
    """Return the id of the parameter `role_id`, by default of the caller's role. Raises InvalidParam."""
    role_id = parse_id(call.query["role_id"]) if "role_id" in call.query else call.user.role_id
    if role_id is None or role_id not in call.metadata.roles:
        raise InvalidParam({"param_name": "role_id"})
    return role_id


def _roles_above(call: Call, role_id: int | None) -> Iterator[int]:
    role = None if role_id is None else call.metadata.roles.get(role_id)
    seen: set[int] = set()
    while role is not None and role.reports_to is not None and role.reports_to not in seen:
        seen.add(role.reports_to)
        yield role.reports_to
        role = call.metadata.roles.get(role.reports_to)


def _is_in_parent_role(call: Call, user: User) -> bool:
    return _is_member(user) and user.role_id == next(_roles_above(call, _role_in_query(call)), None)


def _is_in_child_role(call: Call, user: User) -> bool:
    return _is_member(user) and next(_roles_above(call, user.role_id), None) == _role_in_query(call)


def _is_in_subordinate_role(call: Call, user: User) -> bool:
    return _is_member(user) and _role_in_query(call) in _roles_above(call, user.role_id)


TYPES: MappingProxyType[str, Test] = MappingProxyType(
    {
        # Active and inactive ones (V7); those deleted or closed have a type of their own (assumed).
        "AllUsers": lambda _, user: _is_member(user),
        "ActiveUsers": lambda _, user: _is_active(user),
        "DeactiveUsers": lambda _, user: user.status == "disabled",
        "ConfirmedUsers": lambda _, user: is_confirmed(user) and _is_member(user),
        "NotConfirmedUsers": lambda _, user: not is_confirmed(user) and _is_member(user),
        "DeletedUsers": lambda _, user: user.status in ("deleted", "closed"),
        "ActiveConfirmedUsers": lambda _, user: _is_active(user) and is_confirmed(user),
        "AdminUsers": lambda call, user: _is_member(user) and administers(call.metadata, user),
        "ActiveConfirmedAdmins": lambda call, user: (
            _is_active(user) and is_confirmed(user) and administers(call.metadata, user)
        ),
        "CurrentUser": lambda call, user: user.id == call.user.id,
        # The following ones are of v8 (the vendor's OpenAPI description); what they select is as it says.
        "AllActiveUsers": lambda _, user: _is_active(user),
        "ActiveAndDeactive": lambda _, user: _is_member(user),
        "ActiveLiteUser": lambda *_: False,
        "DeveloperUsers": lambda *_: False,
        "ParentRoleUsers": _is_in_parent_role,
        "ChildRoleUsers": _is_in_child_role,
        "SubordinateRoleUsers": _is_in_subordinate_role,
        # Those whose role is right below the caller's (assumed).
        "ConfirmedReportingUsers": lambda call, user: (
            _is_active(user) and is_confirmed(user) and _reports_to_caller(call, user)
        ),
    }
)


REGULAR = "Regular User"
ACCOUNT_TYPES = frozenset(
    {REGULAR, "Sandbox Developer User", "Team User", "Digital Employee", "Support User", "Client Portal User"}
)
"""Values of the parameter `type__s`; every user of an org here is a regular one."""


async def get_users(call: Call) -> Response:
    """A page of the users of a type, in order of their ids; CurrentUser comes without info."""
    kind = call.query.get("type", "AllUsers")
    test = TYPES.get(kind)
    if test is None:
        raise PatternNotMatched({"param_name": "type"})
    account = call.query.get("type__s", REGULAR)
    if account not in ACCOUNT_TYPES:
        raise PatternNotMatched({"param_name": "type__s"})
    found = [user for user in call.metadata.users.values() if account == REGULAR and test(call, user)]
    shown, info = paginate(call, with_ids(call, found))
    if is_unchanged(call):
        return NOT_MODIFIED
    if not shown:
        return Response(204)
    time = creation_time(call)
    content: dict[str, Any] = {
        "users": [user_item(call.metadata, user, call.version, time) for user in shown],
    }
    if kind != "CurrentUser":
        content["info"] = info
    return json_response(200, content)


async def get_user(call: Call) -> Response:
    """One user by the id in the path, with any status."""
    user = call.metadata.users.get(path_id(call, 1))
    if user is None:
        raise InvalidPathId(1)
    if is_unchanged(call):
        return NOT_MODIFIED
    return json_response(200, {"users": [user_item(call.metadata, user, call.version, creation_time(call))]})


def user_item(metadata: OrgMetadata, user: User, version: ApiVersion, time: str) -> dict[str, Any]:
    """Return the JSON of a user. `time` is both the created and the modified time; the author is the org's
    administrator. Keys that an org does not store have the values of a new user."""
    org = metadata.org
    first_name, last_name = first_and_last_name(user)
    maker = author(metadata)
    role = metadata.roles[user.role_id]
    profile = metadata.profile_of(user)
    tab = {"font_color": "#FFFFFF", "background": "#222222"}
    item: dict[str, Any] = {
        "country": org.extra.get("country_code", "US"),
        "customize_info": {
            "notes_desc": None,
            "show_right_panel": None,
            "bc_view": None,
            "show_home": False,
            "show_detail_view": True,
            "unpin_recent_item": None,
        },
        "role": {"name": role.name, "id": str(role.id)},
        "signature": None,
        "city": None,
        "name_format": "Salutation,First Name,Last Name",
        "language": "en_US",
        "locale": "en_US",
        "microsoft": False,
        "personal_account": False,
        "Isonline": False,
        "default_tab_group": "0",
        "Modified_By": maker,
        "street": None,
        "Currency": org.extra.get("iso_code", "USD"),
        "alias": None,
        "theme": {
            "normal_tab": tab,
            "selected_tab": tab,
            "new_background": None,
            "background": "#F3F0EB",
            "screen": "fixed",
            "type": "default",
        },
        "id": str(user.id),
        "state": None,
        "fax": None,
        "country_locale": "US",
        "first_name": first_name,
        "email": user.email,
        "zip": None,
        "decimal_separator": "Period" if version.has_later_metadata else "en_US",
        "created_time": time,
        "website": None,
        "Modified_Time": time,
        "time_format": "hh:mm a",
        "offset": org.offset * 1000,
        "profile": {"name": profile.name, "id": str(profile.id)},
        "mobile": None,
        "last_name": last_name,
        "time_zone": zone_name(org.offset),
        "zuid": zuid(user.id),
        "confirm": is_confirmed(user),
        "full_name": user.full_name,
        "territories": [],
        "phone": None,
        "dob": None,
        "date_format": "MM/dd/yyyy",
        "status": user.status,
        "Reporting_To": None,
        "created_by": maker,
    }
    if version.has_later_metadata:
        item |= {
            "type__s": REGULAR,
            "name_format__s": "Salutation,First Name,Last Name",
            "sort_order_preference__s": "First Name,Last Name",
            "status_reason__s": None,
            "$current_shift": None,
            "$next_shift": None,
            "$shift_effective_from": None,
            "sandboxDeveloper": False,
            "number_separator": "Comma",
        }
    return item


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/crm/{version}/users", verbs(GET=Operation(get_users, plain("users", "read"))), summary="The users of the org"
    ),
    Endpoint("/crm/{version}/users/{id}", verbs(GET=Operation(get_user, plain("users", "read"))), summary="One user"),
)
"""The rows of this capability, in the order in which paths are matched."""
