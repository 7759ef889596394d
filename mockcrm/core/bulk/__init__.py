"""What mass actions have in common: selecting records by ids or view, scheduling a job, checking each record."""
