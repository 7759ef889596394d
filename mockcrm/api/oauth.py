"""The accounts host: POST /oauth/v2/token and /oauth/v2/token/revoke (contract 1.2 to 1.5).

Errors are `{"error": "<code>"}`, in nearly all accounts of the real service with HTTP 200 (oauth_error_status).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from mockcrm import errors, wire
from mockcrm.api import http
from mockcrm.api.envelopes import error_answer
from mockcrm.api.http import Answer
from mockcrm.runtime import Runtime
from mockcrm.state.credentials import ACCESS_TOKEN_LIFE, ALL_SCOPES
from mockcrm.state.orgs import DEFAULT, Org
from mockcrm.state.repository.registry import Client, Token
from mockcrm.versions import ApiVersion

LOG = logging.getLogger("mockcrm.api")
MOST_BODY_BYTES = 2**20
SCOPE = re.compile(r"[A-Za-z]+(\.[A-Za-z_]\w*)+", re.ASCII)

Parameters = Mapping[str, str]


class OAuthError(Exception):
    """A refusal of the accounts host, by its code."""

    def __init__(self, code: str, org: Org | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.org = org


Flow = Callable[["Accounts", Parameters, Scope], Awaitable[Answer]]


class Accounts:
    """The ASGI callable of one path of the accounts host."""

    def __init__(self, runtime: Runtime, flow: Flow) -> None:
        self.runtime = runtime
        self._flow = flow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await http.send_answer(scope, send, http.preflight(scope))
            return
        try:
            body = await http.read_body(receive, MOST_BODY_BYTES)
        except http.ClientGone:
            return
        await http.send_answer(scope, send, await self._answer(scope, body))

    async def _answer(self, scope: Scope, body: bytes | None) -> Answer:
        if scope["method"] != "POST":
            return error_answer(errors.InvalidRequestMethod(), ApiVersion.V2, "reference")
        if body is None:
            return error_answer(errors.BodyTooLarge(), ApiVersion.V2, "reference")
        try:
            return await self._flow(self, await parameters(scope, body), scope)
        except OAuthError as error:
            status = error.org.settings.oauth_error_status if error.org is not None else 200
            return Answer(status, orjson.dumps({"error": error.code}))
        except Exception:
            # The edge of the accounts host: the client gets words it knows, the log gets the fault.
            LOG.exception("%s %s", scope["method"], scope["path"])
            return error_answer(errors.InternalError(), ApiVersion.V2, "reference")


async def parameters(scope: Scope, body: bytes) -> Parameters:
    """All parameters: the query's, then the form's, urlencoded or multipart (SDK facts)."""
    found = wire.query(scope)
    content_type = (wire.header(scope, b"content-type") or "").lower()
    if content_type.startswith("multipart/form-data"):
        form = await _multipart(scope, body)
        found.update(form)
    elif body:
        found.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return found


async def _multipart(scope: Scope, body: bytes) -> dict[str, str]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    # Starlette raises its HTTPException for a form that cannot be read.
    from starlette.exceptions import HTTPException

    try:
        async with Request(scope, receive).form() as form:
            return {key: value for key, value in form.items() if isinstance(value, str)}
    except HTTPException:
        raise OAuthError("invalid_request") from None


# -- POST /oauth/v2/token ------------------------------------------------------------------------------------------


async def token(accounts: Accounts, given: Parameters, scope: Scope) -> Answer:
    """A new access token, by the grant type."""
    grant_type = given.get("grant_type")
    if not grant_type:
        raise OAuthError("invalid_request")
    flow = _GRANT_TYPES.get(grant_type)
    if flow is None:
        raise OAuthError("unsupported_grant_type")
    registry = accounts.runtime.registry
    wanted: str | None = scope.get("mockcrm.org")
    client = registry.credentials.client(given.get("client_id", ""))
    if client is not None and wanted is not None and client.org != wanted:
        client = None
    org = registry.pin(client.org if client is not None else wanted or DEFAULT)
    if org is None:
        raise OAuthError("invalid_client")
    try:
        fault = registry.faults.firing(org.name, scope["method"], scope["path"], None)
        if fault is not None:
            await asyncio.sleep(fault.delay_ms / 1000)
            if fault.error or fault.status:
                error = errors.CATALOGUE[fault.error or errors.InternalError.name].sample()
                answer = error_answer(error, ApiVersion.V2, org.settings.status_profile)
                answer.status = fault.status or answer.status
                return answer
        try:
            return flow(accounts, _client(client, given, org), given, scope, org)
        except OAuthError:
            if org.settings.auth != "any":
                raise
            admin = org.directory.admin_id
            expires = org.clock.now() + ACCESS_TOKEN_LIFE
            client_id = given.get("client_id", "")
            issued = registry.credentials.issue_to(org.name, client_id, admin, ALL_SCOPES, expires)
            return _issued(issued, scope, given.get("refresh_token") or given.get("code"))
    finally:
        registry.unpin(org)


def _client(client: Client | None, given: Parameters, org: Org) -> Client:
    if "client_id" not in given or "client_secret" not in given:
        raise OAuthError("invalid_request", org)
    if client is None:
        raise OAuthError("invalid_client", org)
    if client.client_secret != given["client_secret"]:
        raise OAuthError("invalid_client_secret", org)
    return client


def _refresh_token(accounts: Accounts, client: Client, given: Parameters, scope: Scope, org: Org) -> Answer:
    if not given.get("refresh_token"):
        raise OAuthError("invalid_request", org)
    grant = accounts.runtime.registry.credentials.grant_by_refresh(given["refresh_token"])
    if grant is None or grant.client_id != client.client_id:
        raise OAuthError("invalid_code", org)
    return _issued(accounts.runtime.registry.credentials.issue(grant, org.clock.now()), scope)


def _authorization_code(accounts: Accounts, client: Client, given: Parameters, scope: Scope, org: Org) -> Answer:
    if not given.get("code"):
        raise OAuthError("invalid_request", org)
    credentials, now = accounts.runtime.registry.credentials, org.clock.now()
    grant = credentials.grant_by_code(given["code"])
    if grant is None or grant.client_id != client.client_id:
        raise OAuthError("invalid_code", org)
    if grant.code_expires is not None and grant.code_expires <= now:
        raise OAuthError("invalid_code", org)
    uri = given.get("redirect_uri")
    if grant.redirect_uri is not None and uri != grant.redirect_uri:
        raise OAuthError("invalid_redirect_uri", org)
    if uri and client.redirect_uris and uri not in client.redirect_uris:
        raise OAuthError("invalid_redirect_uri", org)
    if not credentials.use_code(grant):
        raise OAuthError("invalid_code", org)
    return _issued(credentials.issue(grant, now), scope, grant.refresh_token)


def _client_credentials(accounts: Accounts, client: Client, given: Parameters, scope: Scope, org: Org) -> Answer:
    names = [name.strip() for name in given.get("scope", "").split(",") if name.strip()]
    if not names or not all(SCOPE.fullmatch(name) for name in names):
        raise OAuthError("invalid_scope", org)
    if given.get("soid") not in (None, "", f"ZohoCRM.{org.directory.org.id}"):
        raise OAuthError("invalid_client", org)
    expires = org.clock.now() + ACCESS_TOKEN_LIFE
    credentials = accounts.runtime.registry.credentials
    return _issued(credentials.issue_to(org.name, client.client_id, org.directory.admin_id, names, expires), scope)


_GRANT_TYPES: Mapping[str, Callable[[Accounts, Client, Parameters, Scope, Org], Answer]] = {
    "refresh_token": _refresh_token,
    "authorization_code": _authorization_code,
    "client_credentials": _client_credentials,
}


def _issued(issued: Token, scope: Scope, refresh_token: str | None = None) -> Answer:
    # One line without a trailing newline, expires_in a number of seconds (SDK facts).
    content = {
        "access_token": issued.token,
        **({"refresh_token": refresh_token} if refresh_token else {}),
        "scope": issued.scopes.replace(",", " "),
        "api_domain": wire.base_url(scope),
        "token_type": "Bearer",
        "expires_in": int(ACCESS_TOKEN_LIFE),
    }
    return Answer(200, orjson.dumps(content))


# -- POST /oauth/v2/token/revoke -----------------------------------------------------------------------------------


async def revoke(accounts: Accounts, given: Parameters, scope: Scope) -> Answer:
    """Revoke a refresh token with its access tokens, or one access token; an unknown one is 400 (assumed)."""
    wanted: str | None = scope.get("mockcrm.org")
    text = given.get("token", "")
    if text and accounts.runtime.registry.credentials.revoke(text, lambda org: wanted in (None, org)):
        return Answer(200, orjson.dumps({"status": "success"}))
    return Answer(400, orjson.dumps({"error": "invalid_code"}))
