"""GET /settings/fields."""
