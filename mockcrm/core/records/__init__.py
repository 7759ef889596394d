"""Records: statements, lists, rules of their states, and their JSON."""
