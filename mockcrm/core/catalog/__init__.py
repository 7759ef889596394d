"""The standard modules: their fields, picklists and default views; and the template of custom modules."""
