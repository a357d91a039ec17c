"""References (FHIR R4 2.3): relative, absolute, with a version, `urn:uuid:` and `#contained`."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from fhir_screener.fhir.decode.tolerant import plain

_TAIL = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([^/?#\s]+)(?:/_history/[^/?#]*)?/?$")


_USUAL = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]+")


class Target(NamedTuple):
    """Where a reference points: `base` is "" for a relative one; `kind` is "" where it does not say (a urn)."""

    kind: str
    id: str
    base: str = ""

    @property
    def ref(self) -> str:
        return f"{self.kind}/{self.id}" if self.kind else self.id


def parse(text: str) -> Target | None:
    """Read a literal reference; None for what is none. `#x` gives Target("#", "x")."""
    text = text.strip()
    if text.startswith("#"):
        return Target("#", text[1:])
    if text.startswith("urn:"):
        return Target("", text.rpartition(":")[2], "urn:")
    match = _TAIL.search(text)
    if match is None:
        return None
    return Target(match.group(1), match.group(2), text[: match.start()].rstrip("/"))


class References:
    """Reads references within one source. `bases` are the addresses under which its own resources are known.

    With no base known any absolute address is taken for one of our own (a Bulk export may spell references either way).
    """

    def __init__(self, bases: frozenset[str] = frozenset()) -> None:
        self.bases = set(bases)

    def own(self, target: Target) -> bool:
        """Whether the target is of this source."""
        return not target.base.startswith("http") or not self.bases or target.base in self.bases

    def parse(self, text: Any) -> Target | None:
        """A target of this source, or None."""
        target = parse(text) if isinstance(text, str) else None
        return target if target is not None and self.own(target) else None

    def owner(self, raw: bytes) -> str:
        """The id of the patient that a raw Reference points to; "" where it points to none of ours."""
        tree = plain(raw)
        text = tree.get("reference") if isinstance(tree, dict) else tree
        target = self.parse(text)
        return target.id if target is not None and target.kind in ("Patient", "") else ""

    def ref(self, tree: Any) -> str:
        """A Reference as `Type/id`, as it stands where it is foreign or odd, "" where it says nothing."""
        text = tree.get("reference") if isinstance(tree, dict) else None
        if not isinstance(text, str) or not text.strip():
            return ""
        if _USUAL.fullmatch(text):
            return text
        target = self.parse(text)
        return target.ref if target is not None and target.kind != "#" else text.strip()

    def refs(self, trees: Any) -> tuple[str, ...]:
        """Several References, those that say nothing left out."""
        many = trees if isinstance(trees, list) else [trees]
        return tuple(found for found in map(self.ref, many) if found)


def contained(raw: Any, name: str) -> dict[str, Any] | None:
    """The contained resource called `name`."""
    for one in (plain(raw) or ()) if raw else ():
        if isinstance(one, dict) and one.get("id") in (name, f"#{name}"):
            return one
    return None
