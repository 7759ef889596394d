"""The record endpoints: /crm/{version}/{module} and what stands below it (contract 4)."""

from mockcrm.api.records.deleted import get_deleted
from mockcrm.api.records.reading import get_record, get_records
from mockcrm.api.records.searching import count_records, search_records
from mockcrm.api.records.territories import assign_territories, assign_territories_of_record
from mockcrm.api.records.writing import (
    delete_record,
    delete_records,
    post_records,
    put_record,
    put_records,
    upsert_records,
)

__all__ = [
    "assign_territories",
    "assign_territories_of_record",
    "count_records",
    "delete_record",
    "delete_records",
    "get_deleted",
    "get_record",
    "get_records",
    "post_records",
    "put_record",
    "put_records",
    "search_records",
    "upsert_records",
]
