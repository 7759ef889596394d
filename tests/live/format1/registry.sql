BEGIN TRANSACTION;
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
INSERT INTO "access_token" VALUES('1000.default.access','default',1,'1000.DEFAULTCLIENT',554023000000150013,'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL,ZohoCRM.mass_update.ALL,ZohoCRM.mass_delete.ALL,ZohoCRM.change_owner.ALL,ZohoCRM.features.ALL,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoSearch.securesearch.READ',1.79557785549219393731e+09);
INSERT INTO "access_token" VALUES('1000.other.access','Other.one',2,'1000.OTHERCLIENT',554023000000150013,'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL,ZohoCRM.mass_update.ALL,ZohoCRM.mass_delete.ALL,ZohoCRM.change_owner.ALL,ZohoCRM.features.ALL,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoSearch.securesearch.READ',1.79557785562485074993e+09);
INSERT INTO "access_token" VALUES('1000.lasting.access','Other.one',3,'1000.OTHERCLIENT',554023000000150013,'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL,ZohoCRM.mass_update.ALL,ZohoCRM.mass_delete.ALL,ZohoCRM.change_owner.ALL,ZohoCRM.features.ALL,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoSearch.securesearch.READ',NULL);
CREATE TABLE client (
	client_id VARCHAR NOT NULL,
	org VARCHAR NOT NULL,
	client_secret VARCHAR NOT NULL,
	redirect_uris TEXT NOT NULL,
	origin INTEGER NOT NULL,
	PRIMARY KEY (client_id)
);
INSERT INTO "client" VALUES('1000.DEFAULTCLIENT','default','default-secret','[]',1);
INSERT INTO "client" VALUES('1000.OTHERCLIENT','Other.one','other-secret','[]',1);
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
INSERT INTO "oauth_grant" VALUES(1,'default','1000.DEFAULTCLIENT',554023000000150013,'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL,ZohoCRM.mass_update.ALL,ZohoCRM.mass_delete.ALL,ZohoCRM.change_owner.ALL,ZohoCRM.features.ALL,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoSearch.securesearch.READ','1000.default.refresh',1,'1000.default.grant',1,NULL,NULL,'1000.default.access',0,0,1);
INSERT INTO "oauth_grant" VALUES(2,'Other.one','1000.OTHERCLIENT',554023000000150013,'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL,ZohoCRM.mass_update.ALL,ZohoCRM.mass_delete.ALL,ZohoCRM.change_owner.ALL,ZohoCRM.features.ALL,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoSearch.securesearch.READ','1000.other.refresh',1,'1000.other.grant',1,NULL,NULL,'1000.other.access',0,0,1);
INSERT INTO "oauth_grant" VALUES(3,'Other.one','1000.OTHERCLIENT',554023000000150013,'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL,ZohoCRM.mass_update.ALL,ZohoCRM.mass_delete.ALL,ZohoCRM.change_owner.ALL,ZohoCRM.features.ALL,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoSearch.securesearch.READ','1000.lasting.refresh',1,'1000.lasting.grant',1,NULL,NULL,'1000.lasting.access',1,NULL,0);
CREATE TABLE org (
	name VARCHAR NOT NULL,
	template VARCHAR NOT NULL,
	created_time INTEGER NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "org" VALUES('default','cd6252c09f07ca75ac8b711e37c98e82.sqlite',1795574255);
INSERT INTO "org" VALUES('Other.one','bef415bb6f61472ccab6ef9950b82e49.sqlite',1795574255);
CREATE INDEX token_by_grant ON access_token (grant_id);
CREATE INDEX token_by_org ON access_token (org);
CREATE INDEX client_by_org ON client (org);
CREATE INDEX grant_by_client ON oauth_grant (client_id);
CREATE INDEX grant_by_org ON oauth_grant (org);
COMMIT;
