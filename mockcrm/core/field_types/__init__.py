"""Field types: everything that the server knows of a `data_type`."""
