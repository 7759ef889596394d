"""How a request is handled: protocol, body, checks, faults and response."""
