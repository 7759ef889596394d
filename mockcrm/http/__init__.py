"""The way of a request: protocol, body, checks, faults and response."""
