"""How help says what a command takes: in capitals what to put there, and no types of the programming language."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand

_TYPES = {"str": "TEXT", "path": "FILE", "int": "NUMBER", "int range": "NUMBER", "float range": "NUMBER"}
"""What stands for a value that its option gives no better word for."""


class PlainCommand(TyperCommand):
    """A command whose help and usage read so: `screen [OPTIONS] SOURCE`, `--as-of DAY`, `--format table|json`."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        arguments = {
            piece for param in self.get_params(ctx) if _is_argument(param) for piece in param.get_usage_pieces(ctx)
        }
        return [
            re.sub("[{}]", "", piece).upper() if piece in arguments else piece
            for piece in super().collect_usage_pieces(ctx)
        ]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        rows: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for param in self.get_params(ctx):
            if record := param.get_help_record(ctx):
                argument = _is_argument(param)
                name = record[0].partition(" ")[0].upper() if argument else plain_types(record[0])
                rows["Arguments" if argument else "Options"].append((name, plain_limits(record[1])))
        for title, told in rows.items():
            if told:
                with formatter.section(title):
                    formatter.write_dl(told)


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def plain_types(name: str) -> str:
    """`--study <list[str]>` as `--study TEXT`, `--format <table|json>` as `--format table|json`."""

    def plain(found: re.Match[str]) -> str:
        kind = re.sub(r"^list\[(.*)\]$", r"\1", found[1])
        return _TYPES.get(kind, kind)

    return re.sub(r"<([^<>]+)>", plain, name)


def plain_limits(text: str) -> str:
    """`[x>=1]` as `[1 or more]`, `[0<=x<=65535]` as `[0 to 65535]`."""
    text = re.sub(r"\b(\d[\d.]*)<=x<=(\d[\d.]*)", r"\1 to \2", text)
    text = re.sub(r"\bx>=(\d[\d.]*)", r"\1 or more", text)
    return re.sub(r"\bx<=(\d[\d.]*)", r"\1 or less", text)
