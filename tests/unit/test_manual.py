"""The manual of the rules is written from the spec tests, and the spec tests leave no rule and no key out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fhir_screener.criteria.keys import Key
from fhir_screener.criteria.kinds import KINDS

ROOT = Path(__file__).parents[2]
SPEC = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "tests" / "spec").glob("test_*.py")))
MANUAL = (ROOT / "docs" / "manual.md").read_text("utf-8")


def test_the_manual_is_what_the_tests_say_today() -> None:
    """Stale? `./dev run python tools/manual.py` writes it."""
    command = [sys.executable, "tools/manual.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_has_its_spec_test_and_its_page(kind: str) -> None:
    assert f"{kind}: " in SPEC or f"{kind}:\n" in SPEC
    assert f"**`{kind}`**" in MANUAL


def keys(form: Key) -> list[str]:
    return [name for key in form.keys for name in (key.name, *keys(key))]


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.form.keys])
def test_every_key_of_a_rule_is_asked_in_a_spec_test(kind: str) -> None:
    missing = [key for key in keys(KINDS[kind].form) if f"{key}:" not in SPEC]
    assert missing == []


@pytest.mark.parametrize(
    "modifier", ["applies_to", "phase", "settle", '"one"', '"any"', '"all"', "eligible_until", "coverage"]
)
def test_what_belongs_to_a_criterion_or_a_study_is_tested_too(modifier: str) -> None:
    assert modifier in SPEC
