"""GET /users."""
