"""A proof that fails leaves a file that says what its server printed and what the test saw, and names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.server import RunningServer

from .evidence import FOLDER, evidence


def test_a_failed_proof_leaves_its_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "kept"))

    def fail(server: RunningServer) -> None:
        with evidence("sample", tmp_path) as kept:
            kept.watch(server)
            kept.note("a kill at 1.25 s")
            raise ValueError("as it were")

    with RunningServer() as server, pytest.raises(ValueError, match="as it were") as failure:
        fail(server)

    (path,) = (tmp_path / "kept").iterdir()
    assert str(path) in failure.value.__notes__[0]
    text = path.read_text()
    for part in ("ValueError: as it were", "a kill at 1.25 s", "1000.demo.access", f"pid {server.process.pid}"):
        assert part in text


def test_a_proof_that_holds_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with evidence("sample", tmp_path) as kept:
        kept.note("seen")

    assert list(tmp_path.iterdir()) == []
