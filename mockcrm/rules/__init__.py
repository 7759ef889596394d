"""The documented rules as pure functions: no HTTP, no SQL. A rule that is broken raises its error."""
