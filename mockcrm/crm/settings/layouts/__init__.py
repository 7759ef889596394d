"""GET /settings/layouts."""
