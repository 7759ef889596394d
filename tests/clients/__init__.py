"""Clients that nobody here wrote, unmodified, against a real server. `make test` installs them in .cache."""
