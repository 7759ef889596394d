"""GET /settings/profiles."""
