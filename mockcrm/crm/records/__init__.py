"""Records of a module (docs/contract/mass-update-and-core.md 4)."""
