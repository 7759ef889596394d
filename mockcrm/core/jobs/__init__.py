"""Scheduled jobs: the engine that moves them, and the worker that calls it."""
