"""/orgs: creating and deleting orgs, their content, snapshots, tokens, and record changes that only this API makes."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Request, Response
from starlette.concurrency import run_in_threadpool

from mockcrm.control import models
from mockcrm.control.body import ReadOnce
from mockcrm.control.context import Running, Url, credentials, credentials_list, email_of, open_org, org_response, utc
from mockcrm.control.errors import ControlError
from mockcrm.control.models import NewOrg, NewToken, RecordChange
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.clock import iso
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.orgs import snapshots
from mockcrm.core.orgs.credentials import ALL_SCOPES, IssuedCredentials
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import DEFAULT, NAME, NoSuchOrg
from mockcrm.core.records import store as records
from mockcrm.core.records import tags
from mockcrm.core.records.store import Row
from mockcrm.fixture_format.errors import FixtureError, show, unknown
from mockcrm.fixture_format.find import find_named_fixture
from mockcrm.fixture_format.model import Fixture
from mockcrm.fixture_format.parse import parse_fixture
from mockcrm.fixture_format.source import read_tree
from mockcrm.http.runtime import Runtime

router = APIRouter(prefix="/orgs", tags=["orgs"], route_class=ReadOnce)


@router.get("")
def list_orgs(runtime: Running) -> models.Orgs:
    """List the orgs, oldest first."""
    rows = runtime.registry.rows()
    return models.Orgs(orgs=[models.OrgItem(org=row.name, created=utc(row.created_time)) for row in rows])


@router.post("", status_code=201)
def make_org(runtime: Running, url: Url, body: Annotated[NewOrg | None, Body()] = None) -> models.OrgAnswer:
    """Create an org with its own credentials."""
    body = body or NewOrg()
    fixture = None if body.fixture is None else _fixture(runtime, body.fixture, "body.fixture")
    name = body.name or f"org-{secrets.token_hex(5)}"
    runtime.registry.create(name, fixture)
    return org_response(runtime, name, url)


@router.delete("/{org}")
def delete_org(org: str, runtime: Running) -> models.Deleted:
    """Delete an org with all its content."""
    if org == DEFAULT:
        raise ControlError(409, "the org `default` belongs to the server; reset it instead", "path.org")
    if not runtime.registry.delete(org):
        raise NoSuchOrg(org)
    return models.Deleted(org=org)


# -- content -----------------------------------------------------------------------------------------------------


@router.post("/{org}/reset", response_model=models.OrgState)
async def reset(org: str, request: Request) -> Response:
    """Put an org back to the state it was created with. Its credentials stay valid."""
    # A suite waits for this between two tests, so it is short: no dependencies, no response model, one hop to a thread.
    runtime: Runtime = request.app.state.runtime
    uid = await runtime.registry.reset_async(org)
    runtime.worker.notify(uid)
    return Response(orjson.dumps({"org": org}), media_type="application/json")


_FIXTURE_BODY = {
    "requestBody": {
        "description": 'A fixture in JSON or YAML, or {"fixture": name or object}. An empty body changes nothing.',
        "content": {"application/json": {"schema": {"type": "object"}}, "application/yaml": {}},
    }
}


@router.post("/{org}/load", openapi_extra=_FIXTURE_BODY)
async def load(org: str, request: Request, runtime: Running) -> models.Loaded:
    """Add a fixture to an org; parts with the name or id of an existing part are merged into it."""
    return await run_in_threadpool(_load, runtime, org, await request.body())


def _load(runtime: Runtime, name: str, body: bytes) -> models.Loaded:
    with open_org(runtime, name) as org:
        added: list[IssuedCredentials] = []
        if body.strip():
            tree = read_tree(body, "body")
            wrapped = set(tree) == {"fixture"}
            fixture = _fixture(runtime, tree["fixture"] if wrapped else tree, "body.fixture" if wrapped else "body")
            added = runtime.registry.load(name, fixture)
            runtime.worker.notify(org.uid)
        return models.Loaded(org=name, tokens=credentials_list(org.metadata, added))


def _fixture(runtime: Runtime, source: object, where: str) -> Fixture:
    """Return the fixture of a request, given by name (never by path) or by its content."""
    if isinstance(source, str):
        try:
            found = find_named_fixture(source, runtime.settings.fixture_dir)
        except FixtureError as error:
            raise ControlError(400, f"{show(source)}: {error.message}", where) from None
        fixture = parse_fixture(found.read_bytes(), found.name)
    elif isinstance(source, dict):
        fixture = parse_fixture(source, where)
    else:
        raise ControlError(400, "expected the name of a fixture or an object", where)
    return fixture


@router.get("/{org}/export", response_class=Response)
def export(org: str, runtime: Running, secrets: bool = False) -> Response:
    """Export the org as a fixture; with `secrets` also the secrets and tokens that its fixture gave to clients."""
    # Imported here because it imports SQLModel, which is slow and needed by nothing else.
    from mockcrm.fixture_format.export import export_org, without_secrets

    with open_org(runtime, org) as found:
        tree = export_org(found.path)
    if not secrets:
        tree = without_secrets(tree)
    return Response(orjson.dumps(tree), media_type="application/json")


# -- snapshots ---------------------------------------------------------------------------------------------------


@router.get("/{org}/snapshots")
def list_snapshots(org: str, runtime: Running) -> models.Snapshots:
    """List the snapshots of an org, ordered by name."""
    with open_org(runtime, org) as found:
        saved = [_snapshot(path) for path in snapshots.list_snapshots(runtime.registry, found)]
        return models.Snapshots(snapshots=[item for item in saved if item is not None])


@router.get("/{org}/snapshots/{name}")
def show_snapshot(org: str, name: str, runtime: Running) -> models.Snapshot:
    """Show one snapshot."""
    with open_org(runtime, org) as found:
        path = snapshots.find(runtime.registry, found, _snapshot_name(name))
        item = None if path is None else _snapshot(path)
    if item is None:
        raise _no_snapshot(org, name)
    return item


@router.post("/{org}/snapshots/{name}", status_code=201)
def take_snapshot(org: str, name: str, runtime: Running) -> models.Snapshot:
    """Save the org's state, including jobs and clock, under a name; an existing snapshot of that name is replaced."""
    with open_org(runtime, org) as found:
        item = _snapshot(snapshots.take(runtime.registry, found, _snapshot_name(name)))
    if item is None:
        raise _no_snapshot(org, name)
    return item


@router.post("/{org}/snapshots/{name}/restore")
def restore_snapshot(org: str, name: str, runtime: Running) -> models.OrgState:
    """Put the org back to a snapshot. Its credentials stay valid."""
    with open_org(runtime, org) as found:
        if not snapshots.restore(runtime.registry, found, _snapshot_name(name)):
            raise _no_snapshot(org, name)
        runtime.worker.notify(found.uid)
    return models.OrgState(org=org)


@router.delete("/{org}/snapshots/{name}")
def delete_snapshot(org: str, name: str, runtime: Running) -> models.SnapshotDeleted:
    """Delete a snapshot."""
    with open_org(runtime, org) as found:
        if not snapshots.remove(runtime.registry, found, _snapshot_name(name)):
            raise _no_snapshot(org, name)
    return models.SnapshotDeleted(name=name)


def _snapshot(path: Path) -> models.Snapshot | None:
    """Return the snapshot of a file; None when the file was removed in the meantime."""
    try:
        return models.Snapshot(name=path.stem, created=utc(path.stat().st_mtime))
    except FileNotFoundError:
        return None


def _snapshot_name(name: str) -> str:
    if NAME.fullmatch(name) is None:
        raise ControlError(400, "expected 1 to 64 letters, digits, '.', '_' or '-'", "path.name")
    return name


def _no_snapshot(org: str, name: str) -> ControlError:
    return ControlError(404, f"the org {org!r} has no snapshot {name!r}", "path.name")


# -- tokens ------------------------------------------------------------------------------------------------------


@router.post("/{org}/tokens", status_code=201)
def make_token(org: str, runtime: Running, body: Annotated[NewToken | None, Body()] = None) -> models.Credentials:
    """Create credentials for a user, with an access token of any lifetime."""
    body = body or NewToken()
    with open_org(runtime, org) as found:
        user_id = _user(found.metadata, body.user)
        expires = None if body.expires_in == "never" else found.clock.now() + body.expires_in
        scopes = body.scopes or ALL_SCOPES
        entry = runtime.registry.credentials.add_entry(found.uid, user_id, scopes, expires=expires)
        return credentials(found.metadata, entry)


def _user(metadata: OrgMetadata, text: str | None) -> int:
    """Return the id of a user given by e-mail address or id; None is the administrator."""
    if text is None:
        return metadata.admin_id
    user = metadata.users_by_email.get(text.lower())
    if user is not None:
        return user.id
    user_id = parse_id(text)
    if user_id is None or user_id not in metadata.users:
        raise ControlError(400, unknown("user", text, (item.email for item in metadata.users.values())), "body.user")
    return user_id


# -- records -----------------------------------------------------------------------------------------------------


class Written(models.Content):
    """When a record was created or modified, in the org's time zone, and by which user."""

    time: str
    by: str


class RecordContent(models.RecordAnswer):
    """A record as it is stored: `fields` by api_name, in the form of the latest API version, null if not set."""

    owner: str
    created: Written
    modified: Written
    fields: dict[str, Any]


@router.get("/{org}/records/{module}/{record}")
def show_record(org: str, module: str, record: str, runtime: Running) -> RecordContent:
    """Show a record, regardless of the org's faults, tokens and permissions."""
    with open_org(runtime, org) as found:
        module, record_id = _record(found, module, record)
        row = found.scan_blocking(lambda connection: records.row(connection, record_id))
        if row is None:
            raise ControlError(404, f"{module} has no record {record!r}", "path.record")
        metadata, offset = found.metadata, found.metadata.org.offset
        return RecordContent(
            **dict(_record_response(found, module, record_id)),
            owner=email_of(metadata, row.owner_id),
            created=Written(time=iso(row.created_time, offset), by=email_of(metadata, row.created_by)),
            modified=Written(time=iso(row.modified_time, offset), by=email_of(metadata, row.modified_by)),
            fields=_fields(found, module, row),
        )


def _fields(org: Org, module: str, row: Row) -> dict[str, Any]:
    """Return the stored fields of a record, its tags with name and colour."""
    document: dict[str, Any] = orjson.loads(row.fields)
    for field in org.metadata.modules[module].document_fields:
        if field.type.holds_tags:
            ids = [int(tag["id"]) for tag in document.get(field.api_name) or ()]
            known = org.scan_blocking(partial(tags.by_id, ids=ids))
            shown = (known[tag_id] for tag_id in ids if tag_id in known)
            document[field.api_name] = [
                {"name": tag.name, "id": str(tag.id), "color_code": tag.color_code} for tag in shown
            ]
    return document


@router.patch("/{org}/records/{module}/{record}")
def change_record(
    org: str, module: str, record: str, runtime: Running, body: Annotated[RecordChange | None, Body()] = None
) -> models.RecordAnswer:
    """Set a record's states or territories, which no request of the emulated API can. Missing keys are not changed."""
    with open_org(runtime, org) as found:
        module, record_id = _record(found, module, record)
        change = {} if body is None else body.model_dump(exclude_none=True)
        if change:
            entry: dict[str, Any] = {"id": str(record_id), **change}
            try:
                found.load(parse_fixture({"mockcrm": 1, "records": {module: [entry]}}, "body"), lambda _: None)
            except FixtureError as error:
                inside = error.where.removeprefix(f"records.{module}[0]").removeprefix(".")
                raise ControlError(400, error.message, f"body.{inside}" if inside else "body") from None
        return _record_response(found, module, record_id)


def _record(org: Org, module: str, text: str) -> tuple[str, int]:
    """Return the api_name of the module, which may be given in any case, and the id of the record."""
    existing = org.metadata.find_module(module)
    if existing is None:
        names = (item.api_name for item in org.metadata.modules.values())
        raise ControlError(404, unknown("module", module, names), "path.module")
    record_id = parse_id(text)
    head = None if record_id is None else org.scan_blocking(lambda connection: records.head(connection, record_id))
    if record_id is None or head is None or head.module_id != existing.id:
        raise ControlError(404, f"{existing.api_name} has no record {text!r}", "path.record")
    return existing.api_name, record_id


def _record_response(org: Org, module: str, record_id: int) -> models.RecordAnswer:
    head = org.scan_blocking(lambda connection: records.head(connection, record_id))
    places = org.scan_blocking(lambda connection: records.territories_of(connection, [record_id]))
    if head is None:
        raise ControlError(404, f"{module} has no record '{record_id}'", "path.record")
    territories = org.metadata.territories
    return models.RecordAnswer(
        id=str(record_id),
        module=module,
        state=RecordState(head.state).names,
        territories=[
            models.TerritoryItem(id=str(item), name=territories[item].name)
            for item in sorted(places.get(record_id, ()))
        ],
    )
