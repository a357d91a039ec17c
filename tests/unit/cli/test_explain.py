"""`study explain` on a terminal writes a file; into a pipe it prints."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., tuple[int, str, str]]
ASKED = ("study", "explain", "--study", "NCT04660565", "--format", "html")


def test_a_pipe_gets_the_sheet(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = call(*ASKED)
    assert (code, "<html" in out, list(tmp_path.iterdir())) == (0, True, [])


def test_a_terminal_is_told_the_file(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is there already is not written over."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda stream: True)
    assert call(*ASKED)[:2] == (0, "NCT04660565.html\n")
    assert "<html" in (tmp_path / "NCT04660565.html").read_text("utf-8")
    code, out, error = call(*ASKED)
    assert (code, out) == (2, "")
    assert "NCT04660565.html is there already: give --out FILE" in error
