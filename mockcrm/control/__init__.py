"""The control API under /_mockcrm: orgs, fixtures, jobs, clock, snapshots. Not part of the emulated API."""
