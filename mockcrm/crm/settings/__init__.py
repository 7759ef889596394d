"""The metadata of an org, one capability per kind (docs/contract/mass-update-and-core.md 3)."""
