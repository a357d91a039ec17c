"""Ctrl-C and its like end the demo whenever they come."""

from __future__ import annotations

import signal
import sys
import weakref
from contextlib import suppress

import pytest

from fhir_screener.cli.demo import ended_by_signals


class Thing:
    """Something that a weak reference can look at."""


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_one_that_python_drops_is_heeded_at_the_next_step(monkeypatch: pytest.MonkeyPatch, by: signal.Signals) -> None:
    dropped: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda about: dropped.append(about.exc_type))
    with ended_by_signals() as ending:
        ending.heed()  # nobody has asked yet
        thing = Thing()
        watched = weakref.ref(thing, lambda _: signal.raise_signal(by))
        del thing
        assert watched() is None
        assert dropped == []  # it is heeded, and nothing is said of it
        with pytest.raises(KeyboardInterrupt):
            ending.heed()


def test_what_it_was_started_to_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals() as ending:
            with suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGHUP)
            assert not ending.told
    finally:
        signal.signal(signal.SIGHUP, before)
