"""What the documented models of several capabilities have in common: ids, times, errors, records, fields, views."""
