"""Modules, fields, views, users, profiles, roles and territories of an org, in memory and as JSON."""
