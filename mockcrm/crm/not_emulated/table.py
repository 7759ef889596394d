"""The paths of the real API that are not emulated: those of the official SDKs 2.0 to 8.0, of the vendor's OpenAPI
description of v8, and of the reference pages.

A row has the first version that has the verbs, the verbs, and the path; one without `/crm` is below `/crm/{version}`.
Verbs of one path that came with different versions are in rows of their own. Where no source names the first version,
it is that of the first SDK that has the verb (assumed). Routes, docs/coverage.md and coverage.json follow from this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mockcrm.core.versions import VERSIONS, ApiVersion

CHAPTERS: dict[str, str] = {
    "Metadata": """
v7 GET /__apis
v6 GET /__features/data_enrichment
v6 GET /__features/user_licenses
v6 GET /__features/{id}
v2 GET, POST, PUT /org/currencies
v5 GET /org/currencies/actions/available_currencies
v2 POST, PUT /org/currencies/actions/enable
v2 GET, PUT /org/currencies/{id}
v2 POST /org/photo
v5 GET, DELETE /org/photo
v2 GET, POST, PUT, DELETE /org/taxes
v2 GET, DELETE /org/taxes/{id}
v5 GET, PUT /settings/appointment_preferences
v7 GET, POST /settings/audit_log_export
v7 GET /settings/audit_log_export/{id}
v2.1 GET /settings/automation/assignment_rules
v8 POST, PUT, DELETE /settings/automation/assignment_rules
v8 GET /settings/automation/assignment_rules/actions/count
v2.1 GET /settings/automation/assignment_rules/{id}
v8 PUT, DELETE /settings/automation/assignment_rules/{id}
v8 PUT /settings/automation/assignment_rules/{id}/actions/reorder_entries
v7 GET, POST, PUT, DELETE /settings/automation/cadences
v8 GET, PUT, DELETE /settings/automation/cadences/{id}
v8 GET /settings/automation/cadences/{id}/actions/analytics
v8 POST /settings/automation/cadences/{id}/actions/clone
v8 POST /settings/automation/cadences/{id}/actions/publish
v8 GET, POST, PUT, DELETE /settings/automation/field_updates
v8 GET, PUT, DELETE /settings/automation/field_updates/{id}
v5 GET, POST, PUT, DELETE /settings/automation/scoring_rules
v5 GET, PUT, DELETE /settings/automation/scoring_rules/{id}
v5 PUT, DELETE /settings/automation/scoring_rules/{id}/actions/activate
v5 POST /settings/automation/scoring_rules/{id}/actions/clone
v8 GET, POST, PUT, DELETE /settings/automation/tasks
v8 GET, PUT, DELETE /settings/automation/tasks/{id}
v8 GET /settings/automation/webhook_failures
v8 GET, POST, PUT, DELETE /settings/automation/webhooks
v8 GET /settings/automation/webhooks/actions/associated_modules
v8 GET /settings/automation/webhooks/actions/usage_reports
v8 GET, PUT, DELETE /settings/automation/webhooks/{id}
v8 GET, POST, PUT, DELETE /settings/automation/workflow_rules
v8 GET /settings/automation/workflow_rules/actions/actions_count
v8 GET /settings/automation/workflow_rules/actions/module_specific_count
v8 PUT /settings/automation/workflow_rules/actions/reorder
v8 GET /settings/automation/workflow_rules/actions/rules_count
v8 GET, PUT, DELETE /settings/automation/workflow_rules/{id}
v8 GET /settings/automation/workflow_rules/{id}/actions/usage
v5 GET, POST, PUT /settings/business_hours
v5 GET, POST, PUT /settings/business_hours/shift_hours
v5 GET, PUT, DELETE /settings/business_hours/shift_hours/{id}
v8 GET, PUT /settings/call_preferences
v6 PUT /settings/custom_views/actions/change_sort
v6 PUT /settings/custom_views/{id}/actions/change_sort
v8 GET, PUT /settings/data_sharing
v8 GET, POST, PUT /settings/data_sharing/rules
v8 POST /settings/data_sharing/rules/actions/run
v8 GET, POST /settings/data_sharing/rules/actions/summary
v8 POST /settings/data_sharing/rules/search
v8 GET, PUT, DELETE /settings/data_sharing/rules/{id}
v8 PUT, DELETE /settings/data_sharing/rules/{id}/actions/activate
v7 GET, POST, PUT, DELETE /settings/duplicate_check_preference
v2.1 GET /settings/email_templates
v2.1 GET /settings/email_templates/{id}
v2.1 GET /settings/emails/actions/from_addresses
v6 POST, PATCH, DELETE /settings/fields
v6 PATCH, DELETE /settings/fields/{id}
v8 POST /settings/fields/{id}/actions/replace_pick_list_values
v8 GET /settings/fields/{id}/actions/scheduled_jobs
v7 GET, PUT /settings/fields/{id}/pick_list_values
v8 GET /settings/fields/{id}/pick_list_values/{other_id}
v5 GET, PUT /settings/fiscal_year
v6 GET, POST, PATCH, DELETE /settings/global_picklists
v6 GET, PUT, PATCH, DELETE /settings/global_picklists/{id}
v6 GET /settings/global_picklists/{id}/actions/associations
v6 GET /settings/global_picklists/{id}/actions/pick_list_values_associations
v6 POST /settings/global_picklists/{id}/actions/replace_picklist_values
v6 GET /settings/global_picklists/{id}/actions/replaced_values
v5 GET, POST, PUT /settings/holidays
v5 GET, PUT, DELETE /settings/holidays/{id}
v2.1 GET /settings/inventory_templates
v2.1 GET /settings/inventory_templates/{id}
v6 PUT /settings/layouts/{id}
v7 PATCH, DELETE /settings/layouts/{id}
v7 POST, DELETE /settings/layouts/{id}/actions/activate
v5 GET, POST /settings/layouts/{id}/map_dependency
v5 GET, PUT, DELETE /settings/layouts/{id}/map_dependency/{other_id}
v5 PUT /settings/modules
v7 POST /settings/modules
v2 PUT /settings/modules/{api_name}
v2.1 GET, POST, PUT /settings/pipeline
v8 PATCH /settings/pipeline
v2.1 POST /settings/pipeline/actions/transfer
v2.1 GET, PUT /settings/pipeline/{id}
v5 PATCH /settings/pipeline/{id}
v5 GET, POST /settings/portals
v5 GET, PUT /settings/portals/{id}
v8 DELETE /settings/portals/{id}
v5 GET /settings/portals/{id}/user_type
v6 POST /settings/portals/{id}/user_type
v5 GET /settings/portals/{id}/user_type/{other_id}
v6 PUT, DELETE /settings/portals/{id}/user_type/{other_id}
v5 GET /settings/portals/{id}/user_type/{other_id}/users
v6 DELETE /settings/portals/{id}/user_type/{other_id}/users
v6 POST /settings/portals/{id}/user_type/{other_id}/users/action/transfer
v8 POST /settings/portals/{id}/user_type/{other_id}/users/actions/change_status
v6 PUT /settings/portals/{id}/user_type/{other_id}/users/{user_id}/actions/change_status
v8 POST /settings/portals/{id}/user_type/{other_id}/users/{user_id}/actions/change_status
v6 POST /settings/profiles
v5 PUT, DELETE /settings/profiles/{id}
v5 POST /settings/profiles/{id}/actions/clone
v7 GET, POST, PUT /settings/record_locking_configurations
v8 DELETE /settings/record_locking_configurations
v7 PUT, DELETE /settings/record_locking_configurations/{id}
v8 GET /settings/record_locking_configurations/{id}
v7 GET, DELETE /settings/recycle_bin
v8 GET /settings/recycle_bin/actions/count
v8 POST /settings/recycle_bin/actions/empty
v8 POST /settings/recycle_bin/actions/restore
v7 GET, DELETE /settings/recycle_bin/{id}
v8 POST /settings/recycle_bin/{id}/actions/restore
v8 PUT /settings/related_lists
v5 POST, PUT /settings/roles
v6 DELETE /settings/roles
v5 PUT, DELETE /settings/roles/{id}
v5 GET, PUT /settings/service_preferences
v8 GET /settings/signals
v2 GET, POST, PUT, DELETE /settings/tags
v7 GET, POST /settings/tags/actions/mass_delete
v2 PUT, DELETE /settings/tags/{id}
v2 POST /settings/tags/{id}/actions/merge
v2 GET /settings/tags/{id}/actions/records_count
v5 POST, PUT, DELETE /settings/territories
v5 GET /settings/territories/actions/associated_users_count
v8 POST /settings/territories/actions/run_rules
v8 GET /settings/territories/actions/scheduled_run_rule_jobs
v5 POST /settings/territories/actions/transfer_and_delete
v5 PUT, DELETE /settings/territories/{id}
v5 POST /settings/territories/{id}/actions/transfer_and_delete
v5 GET, PUT, DELETE /settings/territories/{id}/users
v5 GET, PUT, DELETE /settings/territories/{id}/users/{other_id}
v6 GET /settings/unsubscribe_link/actions/associations
v6 GET, POST, PUT /settings/unsubscribe_links
v6 GET, PUT, DELETE /settings/unsubscribe_links/{id}
v5 GET, POST, PUT /settings/user_groups
v5 GET /settings/user_groups/actions/associated_users_count
v5 GET, PUT, DELETE /settings/user_groups/{id}
v5 GET /settings/user_groups/{id}/actions/associations
v5 GET /settings/user_groups/{id}/actions/sources_count
v7 GET /settings/user_groups/{id}/associated_users/actions/grouped_counts
v5 GET /settings/user_groups/{id}/sources
v5 GET, POST, PUT /settings/users_unavailability
v5 GET, PUT, DELETE /settings/users_unavailability/{id}
v2 GET /settings/variable_groups
v8 PUT /settings/variable_groups
v2 GET /settings/variable_groups/{id}
v8 PUT /settings/variable_groups/{id}
v2 GET, POST, PUT, DELETE /settings/variables
v2 GET, PUT, DELETE /settings/variables/{id}
v6 GET, POST, PUT /settings/webforms
v6 GET, PUT, DELETE /settings/webforms/{id}
v6 GET /settings/webforms/{id}/actions/preview
v2.1 GET /settings/wizards
v2.1 GET /settings/wizards/{id}
v7 GET /settings/zia/data_enrichment
v2 POST, PUT, DELETE /users
v6 GET /users/actions/count
v8 GET /users/actions/transfer
v5 GET, POST /users/actions/transfer_and_delete
v2 PUT, DELETE /users/{id}
v5 GET /users/{id}/actions/associated_groups
v8 POST /users/{id}/actions/transfer
v5 POST /users/{id}/actions/transfer_and_delete
v8 GET /users/{id}/actions/validate_before_transfer
v5 GET, PUT /users/{id}/territories
v7 DELETE /users/{id}/territories
v5 PUT /users/{id}/territories/actions/transfer_and_delink
v5 GET /users/{id}/territories/actions/validate_before_transfer
v5 GET /users/{id}/territories/{other_id}
v7 DELETE /users/{id}/territories/{other_id}
v5 PUT /users/{id}/territories/{other_id}/actions/transfer_and_delink
v5 GET /users/{id}/territories/{other_id}/actions/validate_before_transfer
""",
    "Records": """
v5 GET, POST, PUT /Appointments_Rescheduled_History__s
v5 GET, PUT, DELETE /Appointments_Rescheduled_History__s/{id}
v6 GET, POST, PUT, DELETE /Appointments__s
v6 GET, PUT, DELETE /Appointments__s/{id}
v2 GET, POST, PUT, DELETE /Contacts/roles
v2 GET, PUT, DELETE /Contacts/roles/{id}
v2 GET /Deals/{id}/Contact_Roles
v7 DELETE /Deals/{id}/Contact_Roles
v2 GET, PUT, DELETE /Deals/{id}/Contact_Roles/{other_id}
v5 GET /Entity_Scores__s
v6 GET /Entity_Scores__s/{id}
v2.1 POST /Events/{id}/actions/cancel
v5 GET, POST /Leads/actions/mass_convert
v6 GET /Leads/{id}/__conversion_options
v2 POST /Leads/{id}/actions/convert
v6 GET, POST, PUT, DELETE /Services__s
v6 GET, PUT, DELETE /Services__s/{id}
v2 POST /{module}/actions/add_tags
v5 POST /{module}/actions/change_owner
v7 POST /{module}/actions/enrol_in_cadences
v8 GET /{module}/actions/fetch_full_data
v4 GET, POST /{module}/actions/mass_change_owner
v7 GET, POST /{module}/actions/mass_convert
v4 GET, POST /{module}/actions/mass_delete
v8 GET, POST /{module}/actions/portal_invite
v2 POST /{module}/actions/remove_tags
v2.1 POST /{module}/actions/remove_territories
v5 PUT /{module}/actions/run_scoring_rules
v8 POST /{module}/actions/share_emails
v6 POST /{module}/actions/unblock_email
v7 POST /{module}/actions/unenrol_from_cadences
v8 POST /{module}/actions/unshare_emails
v8 POST /{module}/bulk/search
v6 GET /{module}/deleted/{id}/{other_id}
v2 GET, POST, DELETE /{module}/{id}/Attachments
v8 PUT /{module}/{id}/Attachments
v2 GET, DELETE /{module}/{id}/Attachments/{other_id}
v7 PUT /{module}/{id}/Contact_Roles
v5 GET /{module}/{id}/Emails
v5 GET /{module}/{id}/Emails/actions/download_attachments
v5 GET /{module}/{id}/Emails/actions/download_inline_images
v8 POST, DELETE /{module}/{id}/Emails/actions/link_record
v5 GET /{module}/{id}/Emails/{other_id}
v8 POST, DELETE /{module}/{id}/Emails/{other_id}/actions/link_record
v5 GET /{module}/{id}/Entity_Scores__s
v5 GET, POST /{module}/{id}/Locking_Information__s
v5 GET, PUT, DELETE /{module}/{id}/Locking_Information__s/{other_id}
v2 GET, POST, PUT, DELETE /{module}/{id}/Notes
v2 GET, PUT, DELETE /{module}/{id}/Notes/{other_id}
v5 GET /{module}/{id}/__conversion_options
v7 GET, POST, PUT /{module}/{id}/__email_drafts
v7 GET, PUT, DELETE /{module}/{id}/__email_drafts/{other_id}
v5 GET /{module}/{id}/__emails_sharing_details
v5 GET /{module}/{id}/__timeline
v2 POST /{module}/{id}/actions/add_tags
v5 POST /{module}/{id}/actions/associate_email
v2 GET, PUT /{module}/{id}/actions/blueprint
v5 POST /{module}/{id}/actions/change_owner
v7 POST /{module}/{id}/actions/clone
v7 POST /{module}/{id}/actions/convert
v2.1 GET /{module}/{id}/actions/download_fields_attachment
v5 POST /{module}/{id}/actions/download_mail_merge
v7 GET /{module}/{id}/actions/fetch_full_data
v8 POST /{module}/{id}/actions/get_related_records_count
v6 GET, POST /{module}/{id}/actions/merge
v5 POST /{module}/{id}/actions/portal_invite
v2 POST /{module}/{id}/actions/remove_tags
v2.1 POST /{module}/{id}/actions/remove_territories
v2.1 POST /{module}/{id}/actions/send_mail
v8 PUT /{module}/{id}/actions/send_mail
v5 POST /{module}/{id}/actions/send_mail_merge
v2 GET, POST, PUT, DELETE /{module}/{id}/actions/share
v8 POST /{module}/{id}/actions/share_emails
v5 POST /{module}/{id}/actions/sign_mail_merge
v6 POST /{module}/{id}/actions/unblock_email
v8 POST /{module}/{id}/actions/unshare_emails
v2 GET, POST, DELETE /{module}/{id}/photo
v2 GET, POST, PUT, DELETE /{module}/{id}/{related_list}
v2 GET, PUT, DELETE /{module}/{id}/{related_list}/{related_id}
""",
    "Other": """
v5 GET, POST /crm/bulk/{version}/backup
v5 GET /crm/bulk/{version}/backup/history
v5 GET /crm/bulk/{version}/backup/urls
v5 PUT /crm/bulk/{version}/backup/{id}/actions/cancel
v2 POST /crm/bulk/{version}/read
v2 GET /crm/bulk/{version}/read/{id}
v2 GET /crm/bulk/{version}/read/{id}/result
v2 POST /crm/bulk/{version}/write
v2 GET /crm/bulk/{version}/write/{id}
v2 GET /crm/bulk/{version}/write/{id}/result
v8 GET, PUT /crm/email/{version}/settings/compose
v8 GET, PUT /crm/email/{version}/settings/compose/configuration_options
v8 GET, POST, PUT, DELETE /crm/email/{version}/settings/compose/email_signatures
v8 GET, PUT, DELETE /crm/email/{version}/settings/compose/email_signatures/{id}
v3 POST /__composite_requests
v6 POST /__digest
v7 GET, POST /__zia_org_enrichment
v7 GET /__zia_org_enrichment/{id}
v7 GET, POST /__zia_people_enrichment
v7 GET /__zia_people_enrichment/{id}
v2 GET, POST, PUT, PATCH, DELETE /actions/watch
v2 POST /coql
v2 GET, POST /files
v7 GET, POST /functions/{id}/actions/execute
v8 POST /signals/notifications
v2 POST /upload
v8 GET /workflow_configurations
""",
}
"""The rows by the chapter of docs/coverage.md."""


class Row(NamedTuple):
    """Verbs of a path that are not emulated, and the first version that has them."""

    chapter: str
    since: ApiVersion
    verbs: tuple[str, ...]
    path: str


def rows() -> Iterator[Row]:
    """Yield every row."""
    for chapter, lines in CHAPTERS.items():
        for line in lines.split("\n"):
            if line:
                since, _, rest = line.partition(" ")
                verbs, _, path = rest.rpartition(" ")
                whole = path if path.startswith("/crm/") else "/crm/{version}" + path
                yield Row(chapter, VERSIONS[since], tuple(verbs.split(", ")), whole)
