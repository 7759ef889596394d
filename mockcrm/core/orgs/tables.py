"""The tables of an org's file and of the registry file, as SQLModel classes, which define the schema.

`schema.sql` and `registry.sql` beside this module are generated from these classes (`python -m
mockcrm.core.orgs.tables`); a test fails when they differ. The running server uses those files, so that it starts
without importing SQLAlchemy, and SQL text, whose columns a test compares with these classes (see `rows`); the export,
which is rare, reads through SQLModel sessions.

Times are whole seconds since the epoch by the org's clock; ids are 64-bit integers (strings only on the wire).
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, Text, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Field, SQLModel

from mockcrm.core.catalog.states import NOT_LISTED


class OrgTable(SQLModel):
    """Base of the tables in an org's file."""

    metadata = MetaData()


class RegistryTable(SQLModel):
    """Base of the tables in the registry file."""

    metadata = MetaData()


def _key(name: str = "id") -> Column[int]:
    # INTEGER (not BIGINT) PRIMARY KEY is SQLite's own row id.
    return Column(name, Integer, primary_key=True, autoincrement=False)


class Meta(OrgTable, table=True):
    """Facts about the org as JSON texts: `org`, `settings`, `job_policy`, `clock`, `next_id`, and the next number of
    each auto-number field."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str = Field(sa_column=Column("value", Text, nullable=False))


class Role(OrgTable, table=True):
    """A role; `reports_to` is the role above it."""

    __tablename__ = "role"
    id: int = Field(sa_column=_key())
    name: str
    reports_to: int | None = None


class Profile(OrgTable, table=True):
    """A profile; `rules` is JSON: {"deny": [...], "modules": {...}, "fields": {...}} as in the fixture format."""

    __tablename__ = "profile"
    id: int = Field(sa_column=_key())
    name: str
    rules: str = Field(sa_column=Column("rules", Text, nullable=False))


class User(OrgTable, table=True):
    """A user; `extra` is JSON: the other keys that settings/users shows."""

    __tablename__ = "user"
    id: int = Field(sa_column=_key())
    email: str
    full_name: str
    role_id: int
    profile_id: int
    status: str
    extra: str = Field(sa_column=Column("extra", Text, nullable=False))


class ModuleRow(OrgTable, table=True):
    """The org's additions to a module of the catalog, or a custom module. `definition` is JSON: labels, fields (each
    with its id), layout_rules, validation_rules, blueprint, approval, workflows as in the fixture format."""

    __tablename__ = "module"
    id: int = Field(sa_column=_key())
    api_name: str
    custom: bool
    definition: str = Field(sa_column=Column("definition", Text, nullable=False))


class CustomView(OrgTable, table=True):
    """A custom view created by a fixture or a client, or a default view changed by one (it keeps its id).

    `definition` is JSON: display_value, system_name, system_defined, default, criteria, shared_with (user ids
    or null), sort_by, sort_order, fields, created_by, created_time, modified_by, modified_time."""

    __tablename__ = "custom_view"
    id: int = Field(sa_column=_key())
    module: str
    name: str
    definition: str = Field(sa_column=Column("definition", Text, nullable=False))


class Territory(OrgTable, table=True):
    """A territory of the tree; `extra` is JSON: description, manager and so on."""

    __tablename__ = "territory"
    id: int = Field(sa_column=_key())
    name: str
    parent_id: int | None = None
    extra: str = Field(sa_column=Column("extra", Text, nullable=False))


class Record(OrgTable, table=True):
    """A record. `state` holds the bits of RecordState; `fields` is a JSON object with every field of the module that is
    not a column here, unset ones as null."""

    __tablename__ = "record"
    __table_args__ = (
        Index("record_by_module", "module_id"),
        Index("record_listed", "module_id", sqlite_where=text(f"state & {int(NOT_LISTED)} = 0")),
    )
    id: int = Field(sa_column=_key())
    module_id: int
    state: int
    owner_id: int
    created_by: int
    modified_by: int
    created_time: int
    modified_time: int
    fields: str = Field(sa_column=Column("fields", Text, nullable=False))


class RecordTerritory(OrgTable, table=True):
    """The assignment of a record to a territory."""

    __tablename__ = "record_territory"
    __table_args__ = (
        Index("territory_by_record", "record_id"),
        {"sqlite_with_rowid": False},
    )
    territory_id: int = Field(sa_column=_key("territory_id"))
    record_id: int = Field(sa_column=_key("record_id"))


class Tag(OrgTable, table=True):
    """A tag of a module; `folded` is its name in the form in which names compare. The document of a record contains
    the ids of its tags."""

    __tablename__ = "tag"
    __table_args__ = (Index("tag_by_name", "module_id", "folded", unique=True),)
    id: int = Field(sa_column=_key())
    module_id: int
    name: str
    folded: str
    color_code: str | None = None
    created_by: int
    modified_by: int
    created_time: int
    modified_time: int


class NoteParent(OrgTable, table=True):
    """The record that a note belongs to, so that the notes of a record are found by key. The document of the note has
    the same id in Parent_Id."""

    __tablename__ = "note_parent"
    __table_args__ = ({"sqlite_with_rowid": False},)
    parent_id: int = Field(sa_column=_key("parent_id"))
    note_id: int = Field(sa_column=_key("note_id"))


class DeletedRecord(OrgTable, table=True):
    """A deleted record; `type` is recycle or permanent."""

    __tablename__ = "deleted_record"
    __table_args__ = (Index("deleted_by_module", "module_id"),)
    id: int = Field(sa_column=_key())
    module_id: int
    type: str
    display_name: str | None = None
    created_by: int
    deleted_by: int
    deleted_time: int


class Job(OrgTable, table=True):
    """A job; the table is also the job queue. `request` is JSON: what the action needs to process a chunk.

    A CHECK constraint keeps total = updated + failed + not_updated. `cursor` counts the processed ids, `polls` the
    status requests under the job policy `polled`; `paced_time` is the org's time up to which the job policy `paced` has
    processed everything due."""

    __tablename__ = "job"
    __table_args__ = (
        Index("job_live", "cvid", unique=True, sqlite_where=text("status IN ('SCHEDULED', 'RUNNING')")),
        CheckConstraint("total = updated + failed + not_updated", name="counts_add_up"),
        CheckConstraint("status IN ('SCHEDULED', 'RUNNING', 'COMPLETED', 'FAILED')", name="status_known"),
    )
    id: int = Field(sa_column=_key())
    action: str
    module_id: int
    cvid: int
    user_id: int
    status: str
    request: str = Field(sa_column=Column("request", Text, nullable=False))
    total: int
    updated: int
    failed: int
    not_updated: int
    cursor: int
    polls: int
    paced_time: float
    created_time: int
    started_time: int | None = None
    ended_time: int | None = None


class JobIds(OrgTable, table=True):
    """The record ids that a job processes, in order, packed as little-endian 64-bit integers."""

    __tablename__ = "job_ids"
    job_id: int = Field(sa_column=_key("job_id"))
    ids: bytes = Field(sa_column=Column("ids", LargeBinary, nullable=False))


class JobFailure(OrgTable, table=True):
    """A record that a job could not update, and the name of the error."""

    __tablename__ = "job_failure"
    __table_args__ = ({"sqlite_with_rowid": False},)
    job_id: int = Field(sa_column=_key("job_id"))
    record_id: int = Field(sa_column=_key("record_id"))
    error: str


class AutomationEvent(OrgTable, table=True):
    """An automation event on a record. `kind` is workflow, approval or blueprint; `changes` is JSON: the fields set.
    `webhook_status` (HTTP) and `webhook_error` are the outcome of the webhook, both null until it was sent."""

    __tablename__ = "firing"
    id: int = Field(sa_column=_key())
    time: int
    kind: str
    name: str
    module_id: int
    record_id: int
    job_id: int | None = None
    changes: str = Field(sa_column=Column("changes", Text, nullable=False))
    webhook: str | None = None
    webhook_status: int | None = None
    webhook_error: str | None = None


class OrgRow(RegistryTable, table=True):
    """An org: it exists while this row does. `uid` identifies its files and, as `org`, its rows in the other tables: a
    name may be reused, a uid never is. `template` names the closed file that a reset copies."""

    __tablename__ = "org"
    name: str = Field(primary_key=True)
    template: str
    created_time: int
    uid: str


class Leftover(RegistryTable, table=True):
    """The uid of a deleted org whose files may still exist."""

    __tablename__ = "leftover"
    uid: str = Field(primary_key=True)


class Client(RegistryTable, table=True):
    """An OAuth client of an org; `origin` is 1 when it was created with the org (a reset keeps it)."""

    __tablename__ = "client"
    __table_args__ = (Index("client_by_org", "org"),)
    client_id: str = Field(primary_key=True)
    org: str
    client_secret: str
    redirect_uris: str = Field(sa_column=Column("redirect_uris", Text, nullable=False))
    origin: int


class Grant(RegistryTable, table=True):
    """A user's grant to a client: scopes, possibly a refresh token and a grant code that works once.

    `entry` counts the token entries of the org's fixtures from 1; 0 is the built-in administrator's; null is a grant
    that was made later. `access_token` is the entry's own access token, `lasting` 1 when that never expires."""

    __tablename__ = "oauth_grant"
    __table_args__ = (Index("grant_by_org", "org"), Index("grant_by_client", "client_id"))
    id: int = Field(sa_column=Column("id", Integer, primary_key=True))
    org: str
    client_id: str
    user_id: int
    scopes: str
    refresh_token: str | None = Field(default=None, unique=True)
    refresh_live: int
    grant_code: str | None = Field(default=None, unique=True)
    code_live: int
    code_expires: float | None = None
    redirect_uri: str | None = None
    access_token: str | None = None
    lasting: int
    entry: int | None = None
    origin: int


class AccessToken(RegistryTable, table=True):
    """An access token; `expires` is epoch seconds by the org's clock, null for never."""

    __tablename__ = "access_token"
    __table_args__ = (Index("token_by_org", "org"), Index("token_by_grant", "grant_id"))
    token: str = Field(primary_key=True)
    org: str
    grant_id: int | None = None
    client_id: str
    user_id: int
    scopes: str
    expires: float | None = None


def ddl(base: type[OrgTable] | type[RegistryTable]) -> str:
    """Return the CREATE statements of one file, sorted by table name."""
    dialect = sqlite.dialect()
    statements: list[str] = []
    for table in base.metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        statements.extend(
            str(CreateIndex(index).compile(dialect=dialect)).strip()
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        )
    return "".join("\n".join(line.rstrip() for line in statement.splitlines()) + ";\n" for statement in statements)


def write_schema(folder: Path) -> None:
    """Write schema.sql and registry.sql into `folder`."""
    (folder / "schema.sql").write_text(ddl(OrgTable), encoding="utf-8")
    (folder / "registry.sql").write_text(ddl(RegistryTable), encoding="utf-8")


if __name__ == "__main__":
    write_schema(Path(__file__).parent)
