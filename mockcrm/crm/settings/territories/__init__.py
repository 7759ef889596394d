"""GET /settings/territories."""
