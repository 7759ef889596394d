"""The emulated API: routes, and the JSON that they speak."""
