"""GET /settings/roles."""
