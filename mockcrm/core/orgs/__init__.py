"""Orgs and their files: registry, gate, databases, templates, snapshots, credentials."""
