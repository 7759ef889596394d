CREATE TABLE custom_view (
	id INTEGER NOT NULL,
	module VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	definition TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE deleted_record (
	id INTEGER NOT NULL,
	module_id INTEGER NOT NULL,
	type VARCHAR NOT NULL,
	display_name VARCHAR,
	created_by INTEGER NOT NULL,
	deleted_by INTEGER NOT NULL,
	deleted_time INTEGER NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX deleted_by_module ON deleted_record (module_id);
CREATE TABLE firing (
	id INTEGER NOT NULL,
	time INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	module_id INTEGER NOT NULL,
	record_id INTEGER NOT NULL,
	job_id INTEGER,
	changes TEXT NOT NULL,
	webhook VARCHAR,
	webhook_status INTEGER,
	webhook_error VARCHAR,
	PRIMARY KEY (id)
);
CREATE TABLE job (
	id INTEGER NOT NULL,
	action VARCHAR NOT NULL,
	module_id INTEGER NOT NULL,
	cvid INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	status VARCHAR NOT NULL,
	request TEXT NOT NULL,
	total INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	not_updated INTEGER NOT NULL,
	cursor INTEGER NOT NULL,
	polls INTEGER NOT NULL,
	paced_time FLOAT NOT NULL,
	created_time INTEGER NOT NULL,
	started_time INTEGER,
	ended_time INTEGER,
	PRIMARY KEY (id),
	CONSTRAINT counts_add_up CHECK (total = updated + failed + not_updated),
	CONSTRAINT status_known CHECK (status IN ('SCHEDULED', 'RUNNING', 'COMPLETED', 'FAILED'))
);
CREATE UNIQUE INDEX job_live ON job (cvid) WHERE status IN ('SCHEDULED', 'RUNNING');
CREATE TABLE job_failure (
	job_id INTEGER NOT NULL,
	record_id INTEGER NOT NULL,
	error VARCHAR NOT NULL,
	PRIMARY KEY (job_id, record_id)
)
 WITHOUT ROWID;
CREATE TABLE job_ids (
	job_id INTEGER NOT NULL,
	ids BLOB NOT NULL,
	PRIMARY KEY (job_id)
);
CREATE TABLE meta (
	"key" VARCHAR NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE module (
	id INTEGER NOT NULL,
	api_name VARCHAR NOT NULL,
	custom BOOLEAN NOT NULL,
	definition TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE note_parent (
	parent_id INTEGER NOT NULL,
	note_id INTEGER NOT NULL,
	PRIMARY KEY (parent_id, note_id)
)
 WITHOUT ROWID;
CREATE TABLE profile (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	rules TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE record (
	id INTEGER NOT NULL,
	module_id INTEGER NOT NULL,
	state INTEGER NOT NULL,
	owner_id INTEGER NOT NULL,
	created_by INTEGER NOT NULL,
	modified_by INTEGER NOT NULL,
	created_time INTEGER NOT NULL,
	modified_time INTEGER NOT NULL,
	fields TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX record_by_module ON record (module_id);
CREATE INDEX record_listed ON record (module_id) WHERE state & 132 = 0;
CREATE TABLE record_territory (
	territory_id INTEGER NOT NULL,
	record_id INTEGER NOT NULL,
	PRIMARY KEY (territory_id, record_id)
)
 WITHOUT ROWID;
CREATE INDEX territory_by_record ON record_territory (record_id);
CREATE TABLE role (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	reports_to INTEGER,
	PRIMARY KEY (id)
);
CREATE TABLE tag (
	id INTEGER NOT NULL,
	module_id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	folded VARCHAR NOT NULL,
	color_code VARCHAR,
	created_by INTEGER NOT NULL,
	modified_by INTEGER NOT NULL,
	created_time INTEGER NOT NULL,
	modified_time INTEGER NOT NULL,
	PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tag_by_name ON tag (module_id, folded);
CREATE TABLE territory (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	parent_id INTEGER,
	extra TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE user (
	id INTEGER NOT NULL,
	email VARCHAR NOT NULL,
	full_name VARCHAR NOT NULL,
	role_id INTEGER NOT NULL,
	profile_id INTEGER NOT NULL,
	status VARCHAR NOT NULL,
	extra TEXT NOT NULL,
	PRIMARY KEY (id)
);
