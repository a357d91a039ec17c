"""The newcomer's guide as a script: files to write, commands to run, and what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "your-own-study.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w./-]+\.(?:yaml|ndjson))`:\s*$")


@dataclass
class Step:
    """A file to write (`path`), or a command to run, and the lines that its answer must hold."""

    body: str
    path: str = ""
    answer: tuple[str, ...] = ()


def steps(text: str) -> Iterator[Step]:
    """The guide's steps, in order."""
    found: list[Step] = []
    for block in _BLOCK.finditer(text):
        language, body = block.groups()
        if language == "text":
            found[-1].answer = tuple(line for line in body.splitlines() if line.strip() not in ("", "..."))
        elif language == "sh":
            found.append(Step(body))
        else:
            named = _FILE.search(text[: block.start()].rstrip())
            assert named is not None, f"a file without a name: {body[:40]}"
            found.append(Step(body, named.group(1)))
    yield from found
