"""Read an org's export: which value a field has in every record of a module."""

from __future__ import annotations

from collections import Counter
from typing import Any

import yaml

from .server import Org


def exported_records(org: Org, module: str) -> list[dict[str, Any]]:
    """The `records` entries of `module` in GET /_mockcrm/orgs/{org}/export (JSON, which is YAML too)."""
    response = org.server.get(f"/_mockcrm/orgs/{org.name}/export")
    assert response.status_code == 200, response.text[:2000]
    if "json" in response.headers["Content-Type"]:
        return list(response.json()["records"][module])
    return list(yaml.load(response.content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["records"][module])


def values(org: Org, module: str, field: str) -> Counter[object]:
    """Count the records of `module` by the value of `field`; None where it is unset."""
    return Counter(record["fields"].get(field) for record in exported_records(org, module))
