"""Every SQL statement of the package but the criteria's: one module per part of the state.

Functions take a connection and give rows or plain values; they neither open transactions nor know the API.
"""
