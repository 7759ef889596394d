"""What the API tells about an org: its modules, fields, layouts, views, users and so on (contract 3).

Every SDK asks for most of it at its start, one module after another, so finished JSON is kept with the directory.
"""

from mockcrm.api.metadata.custom_views import get_custom_view, get_custom_views
from mockcrm.api.metadata.features import get_features
from mockcrm.api.metadata.fields import get_field, get_fields
from mockcrm.api.metadata.layouts import get_layout, get_layouts
from mockcrm.api.metadata.modules import get_module, get_modules
from mockcrm.api.metadata.org import get_org
from mockcrm.api.metadata.profiles import get_profile, get_profiles
from mockcrm.api.metadata.related_lists import get_related_list, get_related_lists
from mockcrm.api.metadata.roles import get_role, get_roles
from mockcrm.api.metadata.territories import get_child_territories, get_territories, get_territory
from mockcrm.api.metadata.users import get_user, get_users
from mockcrm.api.metadata.view_writes import (
    delete_custom_view,
    delete_custom_views,
    post_custom_views,
    put_custom_view,
    put_custom_views,
)

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
