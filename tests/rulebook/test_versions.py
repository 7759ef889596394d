"""What differs between versions has a name in versions.py; no other code compares versions."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from tests.support.for_each import for_each

PACKAGE = Path(str(files("mockcrm")))
NAMED = re.compile(r"(?:[<>]=?|[!=]=|\bis(?: not)?|\bin)\s*\(?\s*ApiVersion\.|ApiVersion\.V\w+\s*(?:[<>]=?|[!=]=)")
FILES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for pattern in ("errors/*.py", "rules/*.py", "actions/*.py", "jobs/*.py", "*.py", "api/**/*.py", "state/**/*.py")
    for path in PACKAGE.glob(pattern)
    if path.name != "versions.py"
)


@for_each("name", FILES)
def test_no_version_is_compared(name: str) -> None:
    lines = (PACKAGE / name).read_text("utf-8").splitlines()
    assert [line.strip() for line in lines if NAMED.search(line)] == []
