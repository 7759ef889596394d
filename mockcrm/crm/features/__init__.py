"""GET /__features."""
