"""Scheduled jobs: the engine that advances them, and the background worker that calls it."""
