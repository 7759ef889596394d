"""The official SDKs, unmodified, against a real server."""
