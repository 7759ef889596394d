"""Custom views: read in every version, written from v8 on."""
