"""The accounts host as OpenAPI documents describe it (docs/contract/mass-update-and-core.md 1.1 to 1.5).

Imported when a document is first requested.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from mockcrm.http.documented import EMPTY, HTML, Documented
from mockcrm.http.openapi import DescribedOperation
from mockcrm.http.schema.base import ApiModel


class TokenRequest(ApiModel):
    """The grant, and what it needs: `code` and `redirect_uri`, `refresh_token`, or `scope`."""

    grant_type: Literal["refresh_token", "authorization_code", "client_credentials"]
    client_id: str
    client_secret: str
    refresh_token: Annotated[str | None, Field(description="for grant_type refresh_token")] = None
    code: Annotated[str | None, Field(description="for grant_type authorization_code")] = None
    redirect_uri: Annotated[str | None, Field(description="the one that the code was issued for")] = None
    scope: Annotated[str | None, Field(description="for grant_type client_credentials; joined by commas or spaces")] = (
        None
    )
    soid: Annotated[str | None, Field(description="for grant_type client_credentials: ZohoCRM.<org id>")] = None


class AccessToken(ApiModel):
    """An access token, valid for `expires_in` seconds: the org setting `access_token_seconds`, by default 3600."""

    access_token: str
    refresh_token: Annotated[str | None, Field(description="with a code only")] = None
    scope: Annotated[str, Field(description="separated by spaces")]
    api_domain: Annotated[str, Field(description="the base URL of the API")]
    token_type: Literal["Bearer"]
    expires_in: int


class TokenError(ApiModel):
    """Why there is no token. The HTTP status is 200, unless the org setting `oauth_error_status` says otherwise."""

    error: Annotated[str, Field(examples=["invalid_code", "invalid_client"])]


class TokenThrottled(ApiModel):
    """Too many access tokens of one refresh token, with the org setting `token_limits`."""

    error_description: str
    error: Literal["Access Denied"]
    status: Literal["failure"]


class RevokeQuery(ApiModel):
    """The token to revoke, with all that were issued from it."""

    token: Annotated[str, Field(description="a refresh token or an access token")]


class Revoked(ApiModel):
    """The token is revoked."""

    status: Literal["success"]


class UserInfo(ApiModel):
    """The user who granted the access token."""

    First_Name: str
    Email: str
    Last_Name: str
    Display_Name: str
    ZUID: Annotated[int, Field(description="the user's id at the accounts service")]


class UserInfoError(ApiModel):
    """The error of a request for the user of an invalid access token."""

    error: Literal["INVALID_OAUTHTOKEN", "INVALID_OAUTHSCOPE"]


class ClientQuery(ApiModel):
    """The client, and where the user is sent afterwards."""

    client_id: str
    redirect_uri: Annotated[str, Field(description="one that the client registered")]
    state: Annotated[str | None, Field(description="sent back unchanged")] = None
    mockcrm_user: Annotated[str | None, Field(description="email or id of the user; mockcrm's own")] = None


class ConsentQuery(ClientQuery):
    """What the client requests from the user."""

    response_type: Literal["code", "token"]
    scope: Annotated[str, Field(description="joined by commas or spaces", examples=["ZohoCRM.modules.ALL"])]
    access_type: Annotated[Literal["online", "offline"] | None, Field(description="offline: a refresh token")] = None
    prompt: Annotated[Literal["consent"] | None, Field(description="a new refresh token even after a consent")] = None
    mockcrm_consent: Annotated[
        Literal["accept", "reject"] | None, Field(description="decides without the page; mockcrm's own")
    ] = None


class RenewalQuery(ClientQuery):
    """The client whose token is renewed."""

    response_type: Literal["token"]
    scope: Annotated[str | None, Field(description="joined by commas or spaces; that of the consent by default")] = None


ERRORS = ("INVALID_REQUEST_METHOD", "BODY_TOO_LARGE", "INTERNAL_ERROR")


def _operation(path: str, verb: str, name: str, documented: Documented) -> DescribedOperation:
    return DescribedOperation(path, verb, name, "oauth", documented, ERRORS, signed_in=False)


_CREDENTIALS: dict[str, Any] = {"client_id": "1000.CLIENT", "client_secret": "secret"}
OPERATIONS: tuple[DescribedOperation, ...] = (
    _operation(
        "/oauth/v2/token",
        "POST",
        "token",
        Documented(
            "Issue an access token for a grant code, a refresh token or the client itself. The parameters may also be"
            " in the query. An error has the status 200, with the key `error` in the body.",
            body=TokenRequest,
            form=True,
            responses={200: AccessToken | TokenError, 400: TokenThrottled | TokenError},
            examples={
                "refresh token": {"grant_type": "refresh_token", **_CREDENTIALS, "refresh_token": "1000.aa.bb"},
                "grant code": {"grant_type": "authorization_code", **_CREDENTIALS, "code": "1000.cc.dd"},
            },
        ),
    ),
    _operation(
        "/oauth/v2/token/revoke",
        "POST",
        "revoke_token",
        Documented(
            "Revoke a refresh token with its access tokens, or one access token.",
            query=RevokeQuery,
            responses={200: Revoked | TokenError, 400: TokenError},
        ),
    ),
    _operation(
        "/oauth/v2/auth",
        "GET",
        "authorize",
        Documented(
            "Show the consent page; after the decision the user is sent to `redirect_uri` with a code, a token (behind"
            " `#`) or an error.",
            query=ConsentQuery,
            responses={200: HTML, 302: EMPTY, 400: HTML},
        ),
    ),
    _operation(
        "/oauth/v2/auth/refresh",
        "GET",
        "renew_token",
        Documented(
            "Send the user to `redirect_uri` with a new token, if the user consented to the token flow before.",
            query=RenewalQuery,
            responses={302: EMPTY, 400: HTML},
        ),
    ),
    DescribedOperation(
        "/oauth/user/info",
        "GET",
        "user_info",
        "oauth",
        Documented(
            "Return the names, the email address and the ZUID of the user whose access token the header contains. The"
            " token needs the scope aaaserver.profile.READ.",
            responses={200: UserInfo, 401: UserInfoError},
        ),
        ERRORS,
    ),
)
"""Every operation of the accounts host, except the form of its consent page."""
