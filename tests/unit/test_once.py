"""What is made once, and keeps nobody else waiting."""

from __future__ import annotations

import threading

from fhir_screener.bootstrap.once import once


class Servers:
    """Stands for what a thread of the pages has of its own: its first word with the server may take long."""

    def __init__(self, answers: threading.Event) -> None:
        self._answers = answers
        self.asked = 0

    @once
    def capability(self) -> str:
        """What the server can do."""
        self.asked += 1
        assert self._answers.wait(20)
        return "can"


def test_it_is_made_once() -> None:
    answers = threading.Event()
    answers.set()
    servers = Servers(answers)
    assert (servers.capability, servers.capability, servers.asked) == ("can", "can", 1)
    assert Servers.capability.__doc__ == "What the server can do."


def test_a_thread_that_waits_for_its_server_keeps_no_other_waiting() -> None:
    never, now = threading.Event(), threading.Event()
    now.set()
    stuck = threading.Thread(target=lambda: Servers(never).capability, daemon=True)
    stuck.start()
    found: list[str] = []
    other = threading.Thread(target=lambda: found.append(Servers(now).capability), daemon=True)
    other.start()
    other.join(10)
    never.set()
    stuck.join(10)
    assert found == ["can"]
