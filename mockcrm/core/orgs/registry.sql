CREATE TABLE access_token (
	token VARCHAR NOT NULL,
	org VARCHAR NOT NULL,
	grant_id INTEGER,
	client_id VARCHAR NOT NULL,
	user_id INTEGER NOT NULL,
	scopes VARCHAR NOT NULL,
	expires FLOAT,
	PRIMARY KEY (token)
);
CREATE INDEX token_by_grant ON access_token (grant_id);
CREATE INDEX token_by_org ON access_token (org);
CREATE TABLE client (
	client_id VARCHAR NOT NULL,
	org VARCHAR NOT NULL,
	client_secret VARCHAR NOT NULL,
	redirect_uris TEXT NOT NULL,
	origin INTEGER NOT NULL,
	PRIMARY KEY (client_id)
);
CREATE INDEX client_by_org ON client (org);
CREATE TABLE leftover (
	uid VARCHAR NOT NULL,
	PRIMARY KEY (uid)
);
CREATE TABLE oauth_grant (
	id INTEGER NOT NULL,
	org VARCHAR NOT NULL,
	client_id VARCHAR NOT NULL,
	user_id INTEGER NOT NULL,
	scopes VARCHAR NOT NULL,
	refresh_token VARCHAR,
	refresh_live INTEGER NOT NULL,
	grant_code VARCHAR,
	code_live INTEGER NOT NULL,
	code_expires FLOAT,
	redirect_uri VARCHAR,
	access_token VARCHAR,
	lasting INTEGER NOT NULL,
	entry INTEGER,
	origin INTEGER NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (refresh_token),
	UNIQUE (grant_code)
);
CREATE INDEX grant_by_client ON oauth_grant (client_id);
CREATE INDEX grant_by_org ON oauth_grant (org);
CREATE TABLE org (
	name VARCHAR NOT NULL,
	template VARCHAR NOT NULL,
	created_time INTEGER NOT NULL,
	uid VARCHAR NOT NULL,
	PRIMARY KEY (name)
);
