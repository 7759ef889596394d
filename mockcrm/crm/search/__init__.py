"""Search and count of records."""
