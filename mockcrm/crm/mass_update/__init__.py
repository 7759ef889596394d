"""Mass update: by ids at once, or as a job over a custom view."""
