"""GET /org."""
