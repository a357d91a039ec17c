"""Languages: nothing is said that a catalogue lacks, and a translation keeps every part of its message."""

from __future__ import annotations

import string
import subprocess
import sys
from pathlib import Path

import pytest

from fhir_screener.i18n import LANGUAGES, messages, translator
from fhir_screener.sentence import say

ROOT = Path(__file__).parents[2]
OTHERS = LANGUAGES[1:]


def test_the_catalogues_are_complete_and_up_to_date() -> None:
    """Not? `./dev run python tools/messages.py`, then translate what it names in `fhir_screener/locale`."""
    command = [sys.executable, "tools/messages.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)})
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


def parts(text: str) -> set[str]:
    return {f"{name}:{spec}!{how}" for _, name, spec, how in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_every_part(language: str) -> None:
    for message, translated in messages(language).items():
        if "{" in message:
            assert parts(translated) == parts(message), message


def test_a_sentence_is_made_in_the_language_of_whoever_reads_it() -> None:
    sentence = say("within {time}", time=say("{n} months", n=6))
    assert sentence.render(translator("zh")) == "6 个月内"
    assert sentence.render(translator("en")) == str(sentence) == "within 6 months"


def test_what_nobody_translated_stays_english() -> None:
    assert translator("zh")("no such message") == "no such message"
