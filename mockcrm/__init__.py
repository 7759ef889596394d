"""mockcrm: a local server that behaves like the Zoho CRM REST API around mass update."""

__version__ = "0.1.0"
