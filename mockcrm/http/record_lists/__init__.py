"""Lists of records: parameters, pages and the response."""
