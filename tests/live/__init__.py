"""Black-box tests: the real server in its own process, over a real socket."""
