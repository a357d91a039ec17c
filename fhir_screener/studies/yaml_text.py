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

_INT = re.compile(r"^[-+]?(0|[1-9]\d*)$")
_FLOAT = re.compile(r"^[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?$")
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
    lines: Lines = {}
    return _value(root, (), lines, file) if root is not None else None, lines


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
