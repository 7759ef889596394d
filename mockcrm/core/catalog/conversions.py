"""Which modules have records that the service converts into records of other modules."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BECOME: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "Leads": (("Contacts", "Contacts"), ("Deals", "Deals"), ("Accounts", "Accounts")),
        "Quotes": (("SalesOrders", "Sales_Orders"), ("Invoices", "Invoices")),
        "Sales_Orders": (("Invoices", "Invoices"),),
    }
)
"""For each module whose records are converted, the modules of the new records: the key in the convert_mapping of its
layout, and the api_name."""
