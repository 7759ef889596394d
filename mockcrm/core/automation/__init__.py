"""Workflows, approval and blueprint entry, and the webhooks that workflows send."""
