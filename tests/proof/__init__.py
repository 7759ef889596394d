"""Tests under load: many kills, many clients, many orgs, many requests. Black-box tests as in tests/live.

What takes minutes is marked slow and belongs to `make proof`; a short version of each is part of `make test`.
"""
