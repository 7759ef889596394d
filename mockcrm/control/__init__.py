"""The control API under /_mockcrm: orgs, fixtures, jobs, clock, snapshots. No part of what is emulated."""
