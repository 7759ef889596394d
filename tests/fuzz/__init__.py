"""Requests made from the server's own OpenAPI documents: a few of each kind in `make test`, many by `make fuzz`."""
