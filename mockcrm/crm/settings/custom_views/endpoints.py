"""The custom views of a module: read in every version, written from v8 on."""

from __future__ import annotations

from mockcrm.core.versions import ApiVersion
from mockcrm.crm.settings.custom_views.reading import get_custom_view, get_custom_views
from mockcrm.crm.settings.custom_views.writing import (
    delete_custom_view,
    delete_custom_views,
    post_custom_views,
    put_custom_view,
    put_custom_views,
)
from mockcrm.http.endpoint import Endpoint, Handler, Operation, of_settings, settings_endpoint


def _write(handler: Handler, operation: str) -> Operation:
    return Operation(handler, of_settings("custom_views", operation), since=ApiVersion.V8)


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint(
        "custom_views",
        "The custom views of a module",
        get_custom_views,
        POST=_write(post_custom_views, "create"),
        PUT=_write(put_custom_views, "update"),
        DELETE=_write(delete_custom_views, "delete"),
    ),
    settings_endpoint(
        "custom_views/{id}",
        "One custom view with its criteria",
        get_custom_view,
        PUT=_write(put_custom_view, "update"),
        DELETE=_write(delete_custom_view, "delete"),
    ),
)
"""The rows of this capability, in the order in which paths are matched."""
