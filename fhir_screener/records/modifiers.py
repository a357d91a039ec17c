"""Modifier extensions: what they say of a record that nobody may read without understanding them (FHIR R4 2.4.1.1)."""

from __future__ import annotations

import re
from typing import Any

_NOT_DONE = re.compile(r"[-./](?:not-?done|do-?not-?per?form)$", re.IGNORECASE)
"""The extensions by which a record is made its opposite; with `false` they leave it as it is."""


def is_modified(tree: Any) -> bool:
    """Whether a resource, or anything in it, carries one that is not understood."""
    if isinstance(tree, list):
        return any(map(is_modified, tree))
    if not isinstance(tree, dict):
        return False
    return changes(tree.get("modifierExtension")) or any(map(is_modified, tree.values()))


def changes(extensions: Any) -> bool:
    """Whether any of these extensions may change the meaning of what they stand in."""
    listed = extensions if isinstance(extensions, list) else [extensions]
    return any(one and not (isinstance(one, dict) and _harmless(one)) for one in listed)


def _harmless(extension: dict[str, Any]) -> bool:
    return extension.get("valueBoolean") is False and bool(_NOT_DONE.search(str(extension.get("url", ""))))
