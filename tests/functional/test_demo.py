"""`demo`: the whole road with real processes, of which none is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from tests.functional.program import STUDY, command, environment, run, running

FEW = "5"
"""Patients of a demo of which only its processes are looked at."""
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def mark() -> Iterator[str]:
    """Stands in the environment of every process that the test starts."""
    name = f"MARK_{uuid4().hex}"
    yield name
    for pid in marked(name):
        os.kill(pid, signal.SIGKILL)


def marked(name: str) -> list[int]:
    """The processes that have the mark in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if name.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def all_gone(name: str, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not marked(name):
            return True
        time.sleep(0.1)
    return False


@linux
def test_it_finds_the_planned_candidates_and_cleans_up(mark: str, tmp_path: Path) -> None:
    ran = run("demo", "--patients", "60", "--no-serve", **{mark: "1", "TMPDIR": str(tmp_path)})
    assert ran.code == 0, ran.said
    assert "60 of 60 patients evaluated" in ran.out
    assert "0 candidates that were not planned" in ran.out
    assert " candidate " in ran.out
    assert marked(mark) == []
    assert list(tmp_path.iterdir()) == []


@linux
@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_it_ends_no_process_is_left(way: signal.Signals, mark: str) -> None:
    asked = command("demo", "--patients", FEW)
    with running(
        asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(**{mark: "1"})
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if "until Ctrl-C" in line:
                break
        assert len(marked(mark)) >= 4  # itself, broker, server, worker
        process.send_signal(way)
        process.stdout.read()
        assert process.wait(30) == (-signal.SIGKILL if way is signal.SIGKILL else 0)
    assert all_gone(mark)


VIEWS = "new candidates review one-away later snoozed gone decided"


@linux
def test_it_ends_at_pages_that_show_something_in_every_view(mark: str) -> None:
    asked = command("demo", "--patients", "150")
    with running(
        asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(**{mark: "1"})
    ) as process:
        assert process.stdout
        said = ""
        for line in process.stdout:
            said += line
            if "until Ctrl-C" in line:
                break
        assert "0 candidates that were not planned" in said
        assert re.search(r"second night, as of .*: Tasks .*1 resurfaced", said), said
        link = re.search(r"http://127\.0\.0\.1:\d+(?=/sign-in\?token=(\S+))", said)
        assert link
        browser = requests.Session()
        assert browser.get(f"{link[0]}/sign-in?token={link[1]}&name=Anna", timeout=60).url.endswith("/new")
        shown = {view: browser.get(f"{link[0]}/study/{STUDY}/{view}", timeout=60).text for view in VIEWS.split()}
        assert [view for view, text in shown.items() if "/candidate/" not in text] == []
        assert "Mei Lin" in shown["decided"] + shown["snoozed"] + shown["candidates"]
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().endswith("and nothing of it is kept.\n")
        assert process.wait(30) == 0
    assert all_gone(mark)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{link[0]}/health", timeout=5)


@linux
@pytest.mark.parametrize("processes", [2, 4])
def test_stopped_in_the_middle(processes: int, mark: str) -> None:
    """As soon as the first child is there, or the first of each kind: itself, broker, server, worker."""
    asked = command("demo", "--patients", FEW)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with running(asked, text=True, env=environment(**{mark: "1"}), **quiet) as process:
        while len(marked(mark)) < processes and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert all_gone(mark)
