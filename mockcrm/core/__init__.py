"""What the capabilities of the emulated API share, without HTTP."""
