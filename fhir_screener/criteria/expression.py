"""FHIRPath expressions, compiled once. The only module that knows fhirpathpy, and it imports it late: it is slow to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Expression = Callable[[Any], list[Any]]
"""Gives the collection that an expression is for one resource."""


def compiled(written: str) -> Expression:
    """The expression, for FHIR R4. Raises ValueError for what is no FHIRPath from beginning to end."""
    from fhirpathpy import compile
    from fhirpathpy.models import models

    _check(written)
    found = compile(written, models["r4"])
    return lambda resource: found(resource, None)


def _check(written: str) -> None:
    """The library itself reads as far as it can, and drops the rest."""
    from antlr4 import CommonTokenStream, InputStream
    from antlr4.error.ErrorListener import ErrorListener
    from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
    from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser

    class Strict(ErrorListener):  # type: ignore[misc]
        def syntaxError(self, *about: Any) -> None:  # noqa: N802  # its name
            raise ValueError(f"at character {about[3] + 1}: {about[4]}")

    lexer = FHIRPathLexer(InputStream(written))
    parser: Any = FHIRPathParser(CommonTokenStream(lexer))
    for part in (lexer, parser):
        part.removeErrorListeners()
        part.addErrorListener(Strict())
    parser.entireExpression()
