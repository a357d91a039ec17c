"""YAML with places: values, and the line each of them stands on.

Only what a study file needs: `yes`, `no` and dates stay text, duplicate keys are refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from fhir_screener.errors import MappingError

Lines = dict[tuple[str | int, ...], int]

_INT = re.compile(r"^[-+]?(0|[1-9]\d{0,17})$")
_FLOAT = re.compile(r"^[-+]?(\d{1,18}\.\d*|\.\d+)([eE][-+]?\d{1,2})?$")
"""No study means a greater number: what is longer stays text, and is refused where a number is expected."""
_ANCHOR = re.compile(r"(?:^|[\s\[{,])&\w(?!\w*[ \t]+[\"'])", re.MULTILINE)
"""Names a part that may be used again; a text in quotes holds nothing, so that it repeats nothing over and over."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> tuple[Any, Lines]:
    """The value of a YAML file and the lines of its parts; raises MappingError with file and line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError("the file cannot be read", file=str(path), fix=type(error).__name__) from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, file: str = "") -> tuple[Any, Lines]:
    """As `read_yaml`, of text."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise MappingError(f"not valid YAML: {error.problem}", file=file, line=line) from error
    except yaml.YAMLError as error:
        raise MappingError("not valid YAML", file=file) from error
    lines = _Places(10 * len(text) + 1000, file)
    try:
        return _value(root, (), lines, file) if root is not None else None, dict(lines)
    except RecursionError:
        raise MappingError("a part of it holds itself (&name, *name), or is nested too deep", file=file) from None


class _Places(Lines):
    """{path: line}, of no more values than a text of its length can write without repeating itself over and over."""

    def __init__(self, most: int, file: str) -> None:
        super().__init__()
        self._most, self._file = most, file

    def __setitem__(self, path: tuple[str | int, ...], line: int) -> None:
        if len(self) >= self._most:
            raise MappingError("it repeats parts of itself too often (&name, *name)", file=self._file, line=line)
        super().__setitem__(path, line)


def _value(node: yaml.Node, path: tuple[str | int, ...], lines: Lines, file: str) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                where = ".".join(map(str, (*path, key)))
                raise MappingError(
                    "the key stands there twice", file=file, line=key_node.start_mark.line + 1, path=where
                )
            found[key] = _value(value_node, (*path, key), lines, file)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, index), lines, file) for index, child in enumerate(node.value)]
    return _scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("", "null", "~"):
        return None
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def read_texts(path: Path) -> tuple[Any, Lines]:
    """As `read_yaml`, but quickly: all that is written plainly stays text, and lines are known of a faulty file only."""
    try:
        text = path.read_text("utf-8")
        if _ANCHOR.search(text):
            return read_yaml(path)
        return yaml.load(text, Loader=_TextLoader), {}  # noqa: S506  # a SafeLoader that keeps scalars as text
    except (yaml.YAMLError, OSError, UnicodeDecodeError, RecursionError, TypeError):
        return read_yaml(path)


class _TextLoader(_LOADER):  # type: ignore[misc, valid-type]  # the C loader where there is one
    """All that is written plainly stays text; nothing but text, lists and mappings is made, and that quickly."""

    def construct_document(self, node: yaml.Node) -> Any:
        return _plain(node)


_TextLoader.yaml_implicit_resolvers = {}
_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))


def _plain(node: yaml.Node) -> Any:
    if node.tag == _TEXT:
        return node.value
    if node.tag == _LIST:
        return [_plain(one) for one in node.value]
    found = {_plain(key): _plain(value) for key, value in node.value} if node.tag == _MAPPING else {}
    if node.tag != _MAPPING or len(found) < len(node.value):
        raise yaml.YAMLError("another type, or a key that stands there twice")
    return found
