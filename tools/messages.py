"""Message catalogues brought up to date: what the code says, with the translations that are there.

    ./dev run python tools/messages.py            writes the catalogues
    ./dev run python tools/messages.py --check    fails where one is stale or lacks a translation

A message is the first argument of `say`, `join` or `tell`, or a variable called `template`; the title and text of a page that
says one thing (`message`); and what a template of the pages has in `_("...")`.
What is said by a variable is listed in `SAID_BY_VALUE`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from fhir_screener.fhir.task.names import WITHDRAWALS
from fhir_screener.i18n import LANGUAGES, catalogue
from fhir_screener.screening.candidate import NO_LONGER, Action
from fhir_screener.screening.decision import REJECTIONS, Move
from fhir_screener.screening.funnel import Stage
from fhir_screener.screening.kind_words import KINDS
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.views import VIEWS
from fhir_screener.terminology.local_name import KINDS as LOCAL_KINDS
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.stance import Stance
from fhir_screener.verdict import Reason, Verdict
from fhir_screener.web.dates import WEEKDAYS
from fhir_screener.web.oidc import REFUSALS

ROOT = Path(__file__).parents[1]
SAID_BY_VALUE = (
    *(one.value for one in Stance),
    *(one.value for one in Polarity),
    *("unconfirmed", "provisional", "differential"),
    *(
        "coded value",
        "text",
        "value",
        "number",
        "interpretation",
        "a second interpretation",
        "abnormal flag",
        "reason for no result",
    ),
    *(one.title for one in VIEWS),
    *KINDS.values(),
    *LOCAL_KINDS,
    *REJECTIONS.values(),
    *REFUSALS,
    *(one.value.replace("_", " ") for one in Verdict),
    *(one.value for one in Reason),
    *(one.value for one in Outcome),
    *(one.value.replace("_", " ") for one in Outcome),
    NO_LONGER,
    *(one.value for one in Stage if one is not Stage.KEPT_OUT),
    *(one.value for one in Move),
    *(one.value for one in Action if one.writes),
    *("inclusion", "exclusion", "ask", "chart", "consent", "male", "female", "other", "unknown"),
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    *WEEKDAYS,
    "{day} {month} {year}",
    "{month} {year}",
    *WITHDRAWALS.values(),
    *("Condition", "Observation", "DiagnosticReport", "Procedure", "Encounter", "Immunization", "AllergyIntolerance"),
    *("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense", "Medication"),
    *("Consent", "ResearchSubject", "FamilyMemberHistory", "Patient"),
)
"""Words of a chart or an enumeration that are said as they are."""

IN_PAGES = re.compile(r"\b_\([\"']([^\"']+)[\"']\)")

HEADER = """\
# Messages of fhir-screener. Written by tools/messages.py, but for the translations.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def said() -> list[tuple[str, str]]:
    """(message, file it is in) of everything that the code says, by file and line."""
    files = sorted((ROOT / "fhir_screener").rglob("*.py"))
    found = [(message, path.relative_to(ROOT).as_posix()) for path in files for message in _messages(path)]
    pages = sorted((ROOT / "fhir_screener" / "web" / "templates").glob("*.html"))
    found += [
        (text, one.relative_to(ROOT).as_posix()) for one in pages for text in IN_PAGES.findall(one.read_text("utf-8"))
    ]
    return [*found, *((word, "") for word in SAID_BY_VALUE)]


def _messages(path: Path) -> Iterator[str]:
    tree = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    found = [(node.lineno, said) for node in tree if (said := _said(node))]
    found += [(node.lineno, said) for node in tree for said in _shown(node)]
    for _, expression in sorted(found, key=lambda pair: pair[0]):
        yield from (text for text in _texts(expression) if text)


def _said(node: ast.AST) -> ast.expr | None:
    """The template in `say(template)` and `join(template)`, and in `template = ...`."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("say", "join", "tell")
        and node.args
    ):
        return node.args[0]
    if isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == ["template"]:
        return node.value
    return None


def _shown(node: ast.AST) -> Sequence[ast.expr]:
    """Title and text in `message(request, status, title, text)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "message":
        return node.args[2:4]
    return ()


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can be, as far as they stand in it: `a if x else b`, `x or a`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)


def updated(language: str) -> Catalog:
    """The catalogue of a language, with all messages of today and no other."""
    path = catalogue(language)
    known = read_po(path.open("rb")) if path.exists() else Catalog()
    fresh = Catalog(locale=language, fuzzy=False)
    for message, file in said():
        if message:
            old = known.get(message)
            fresh.add(message, string=old.string if old else "", locations=[(file, None)] if file else [])
    return fresh


def written(language: str) -> bytes:
    """The catalogue as it should stand on disk."""
    out = BytesIO()
    write_po(out, updated(language), width=0, include_lineno=False, omit_header=True)
    return HEADER.format(language=language).encode() + out.getvalue()


def lacking(language: str) -> list[str]:
    """The messages without a translation."""
    return [str(one.id) for one in updated(language) if one.id and not one.string]


def main() -> int:
    faults = 0
    for language in LANGUAGES[1:]:
        path, body = catalogue(language), written(language)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        elif path.read_bytes() != body:
            faults += 1
            print(f"{path}: stale; run tools/messages.py")
        for message in lacking(language):
            faults += 1
            print(f"{language}: no translation of {message!r}")
    return 1 if faults and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
