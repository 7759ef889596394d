"""GET /settings/modules."""
