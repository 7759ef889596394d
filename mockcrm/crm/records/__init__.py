"""The record endpoints: /crm/{version}/{module} and what stands below it (contract 4)."""

from mockcrm.crm.records.deleted import get_deleted
from mockcrm.crm.records.reading import get_record, get_records
from mockcrm.crm.records.territories import assign_territories, assign_territories_of_record
from mockcrm.crm.records.writing import (
    delete_record,
    delete_records,
    post_records,
    put_record,
    put_records,
    upsert_records,
)
from mockcrm.crm.search.endpoints import count_records, search_records

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
