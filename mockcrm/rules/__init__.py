"""The documented rules as pure functions, without HTTP or SQL. Each raises its error when the rule is broken."""
