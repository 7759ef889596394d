"""Drives a client that openapi-python-client generated from the document of v8. Arguments: the server's URL, an access
token, a view's id, ids of records. Prints the job's status and the updated ids. Type-checked by the test that runs
it."""

from __future__ import annotations

import json
import sys
from http import HTTPStatus

from crm_v8.api.mass_update import get_mass_update, post_mass_update
from crm_v8.api.records import get_record
from crm_v8.client import AuthenticatedClient
from crm_v8.models.error_item import ErrorItem
from crm_v8.models.mass_update_by_ids import MassUpdateByIds
from crm_v8.models.mass_update_by_view import MassUpdateByView
from crm_v8.models.mass_update_scheduled import MassUpdateScheduled
from crm_v8.models.mass_update_status import MassUpdateStatus
from crm_v8.models.mass_update_values import MassUpdateValues
from crm_v8.models.mass_updated import MassUpdated
from crm_v8.models.one_record_v8 import OneRecordV8


def values(city: str) -> list[MassUpdateValues]:
    """The new value of one field."""
    made = MassUpdateValues()
    made["City"] = city
    return [made]


def main(url: str, token: str, view: str, ids: list[str]) -> None:
    """A mass update by ids, one by view, the status of its job, and an error."""
    client = AuthenticatedClient(url, token, prefix="Zoho-oauthtoken")

    updated = post_mass_update.sync("Leads", client=client, body=MassUpdateByIds(data=values("Chennai"), ids=ids))
    assert isinstance(updated, MassUpdated), updated
    updated_ids: list[str] = [item.details.id for item in updated.data]

    scheduled = post_mass_update.sync("Leads", client=client, body=MassUpdateByView(data=values("Pune"), cvid=view))
    assert isinstance(scheduled, MassUpdateScheduled), scheduled
    job_id: str = scheduled.data[0].details.job_id

    status = get_mass_update.sync("Leads", client=client, job_id=job_id)
    assert isinstance(status, MassUpdateStatus), status
    total: int = status.data[0].total_count

    record = get_record.sync("Leads", ids[0], client=client, fields="City")
    assert isinstance(record, OneRecordV8), record

    refused = post_mass_update.sync_detailed(
        "Leads", client=client, body=MassUpdateByView(data=values("Pune"), cvid="1")
    )
    assert refused.status_code is HTTPStatus.BAD_REQUEST
    assert isinstance(refused.parsed, ErrorItem), refused
    print(
        json.dumps(
            {
                "updated": updated_ids,
                "status": status.data[0].status.value,
                "total": total,
                "city": record.data[0]["City"],
                "error": refused.parsed.message,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
