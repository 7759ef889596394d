"""GET /settings/related_lists."""
