"""The errors of the accounts host, by the code in their body (docs/contract/mass-update-and-core.md 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockcrm.core.org_settings import OrgSettings
from mockcrm.http.response import Response, json_response

PATHS = "/oauth/*"
"""The paths of the accounts host, as a glob: a fault with one of these errors matches them by default."""


@dataclass(frozen=True, slots=True)
class OAuthErrorRow:
    """One error of the accounts host: its code, when the service returns it, and its HTTP status, which an org setting
    decides (`setting`) or which is always `status`."""

    code: str
    trigger: str
    setting: str = "oauth_error_status"
    status: int | None = None
    description: str | None = None
    """The text of `error_description`, for an error that has one."""

    def response(self, settings: OrgSettings | None) -> Response:
        """Return the documented response; `settings` are those of the org, None when no org is known."""
        content = {"error": self.code}
        if self.description is not None:
            content = {"error_description": self.description, **content, "status": "failure"}
        return json_response(self._status(settings), content)

    def _status(self, settings: OrgSettings | None) -> int:
        if self.status is not None:
            return self.status
        defaults = OrgSettings() if settings is None else settings
        status: int = getattr(defaults, self.setting)
        return status


_ROWS = (
    OAuthErrorRow("invalid_code", "the grant code or refresh token is unknown, used, expired or revoked"),
    OAuthErrorRow("invalid_client", "the client_id is unknown, or its client is of another data centre"),
    OAuthErrorRow("invalid_client_secret", "the client_secret is wrong"),
    OAuthErrorRow("invalid_redirect_uri", "the redirect_uri is not registered, or not the one of the grant code"),
    OAuthErrorRow("invalid_request", "a parameter is missing or cannot be read"),
    OAuthErrorRow("invalid_scope", "a scope of the client credentials grant is malformed"),
    OAuthErrorRow("invalid_response_type", "the response_type of the consent page is neither code nor token"),
    OAuthErrorRow("unsupported_grant_type", "the grant_type is unknown"),
    OAuthErrorRow("access_denied", "the user or the service refused the consent"),
    OAuthErrorRow("general_error", "any other failure of the service; only a fault causes it here"),
    OAuthErrorRow(
        "Access Denied",
        "too many access tokens of one refresh token in ten minutes",
        setting="throttle_status",
        description="You have made too many requests continuously. Please try again after some time.",
    ),
    OAuthErrorRow("INVALID_OAUTHTOKEN", "the access token of /oauth/user/info is unknown or expired", status=401),
    OAuthErrorRow("INVALID_OAUTHSCOPE", "the access token of /oauth/user/info lacks the scope", status=401),
)
OAUTH_ERRORS: Mapping[str, OAuthErrorRow] = {row.code: row for row in _ROWS}
"""Every error of the accounts host by its code, which faults name."""
