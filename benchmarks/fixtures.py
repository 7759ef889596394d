"""The orgs that are measured: Leads of 1 kB, and a view of all of them or of one in n."""

from __future__ import annotations

from typing import Any

VIEW = "554023000000900001"
WHOLE_VIEW = "554023000000900002"
SOURCE = "Advertisement"
OTHER_SOURCE = "Trade Show"
RATINGS = ("Active", "Acquired", "Shut Down", "Market Failed")
FILLER = "The customer asked for a call back. "


def leads(count: int, *, one_in: int = 1) -> dict[str, Any]:
    """A fixture with `count` Leads whose stored document has about 1,000 bytes; VIEW has one in `one_in` of them,
    evenly spread, by a criterion; WHOLE_VIEW has no criteria."""
    sources = [SOURCE, *[OTHER_SOURCE] * (one_in - 1)]
    return {
        "mockcrm": 1,
        "custom_views": [
            {
                "id": VIEW,
                "module": "Leads",
                "name": "Advertised",
                "criteria": {"comparator": "equal", "field": "Lead_Source", "value": SOURCE},
            },
            {"id": WHOLE_VIEW, "module": "Leads", "name": "Every one"},
        ],
        "generate": [
            {
                "module": "Leads",
                "count": count,
                "fields": {
                    "Last_Name": "Lead {n}",
                    "Company": "Zylker {n}",
                    "Lead_Source": {"cycle": sources},
                    "Rating": "Project Cancelled",
                    "Description": FILLER * 3,
                },
            }
        ],
    }
