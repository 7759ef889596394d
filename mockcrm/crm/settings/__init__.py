"""What the API tells about an org: its modules, fields, layouts, views, users and so on (contract 3).

Every SDK asks for most of it at its start, one module after another, so finished JSON is kept with the directory.
"""

from mockcrm.crm.features.endpoints import get_features
from mockcrm.crm.org.endpoints import get_org
from mockcrm.crm.settings.custom_views.endpoints import get_custom_view, get_custom_views
from mockcrm.crm.settings.custom_views.writes import (
    delete_custom_view,
    delete_custom_views,
    post_custom_views,
    put_custom_view,
    put_custom_views,
)
from mockcrm.crm.settings.fields.endpoints import get_field, get_fields
from mockcrm.crm.settings.layouts.endpoints import get_layout, get_layouts
from mockcrm.crm.settings.modules.endpoints import get_module, get_modules
from mockcrm.crm.settings.profiles.endpoints import get_profile, get_profiles
from mockcrm.crm.settings.related_lists.endpoints import get_related_list, get_related_lists
from mockcrm.crm.settings.roles.endpoints import get_role, get_roles
from mockcrm.crm.settings.territories.endpoints import get_child_territories, get_territories, get_territory
from mockcrm.crm.users.endpoints import get_user, get_users

__all__ = [
    "delete_custom_view",
    "delete_custom_views",
    "get_child_territories",
    "get_custom_view",
    "get_custom_views",
    "get_features",
    "get_field",
    "get_fields",
    "get_layout",
    "get_layouts",
    "get_module",
    "get_modules",
    "get_org",
    "get_profile",
    "get_profiles",
    "get_related_list",
    "get_related_lists",
    "get_role",
    "get_roles",
    "get_territories",
    "get_territory",
    "get_user",
    "get_users",
    "post_custom_views",
    "put_custom_view",
    "put_custom_views",
]
