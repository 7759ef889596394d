"""`python -m mockcrm` is the command `mockcrm`."""

from __future__ import annotations

from mockcrm.cli import main

if __name__ == "__main__":
    main()
