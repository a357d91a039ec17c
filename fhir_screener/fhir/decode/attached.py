"""The words of a report that are only attached to it (DiagnosticReport.presentedForm, R4 10.3): plain text and HTML.

A scan or a PDF has no words that we read; the report then has no conclusion on record.
"""

from __future__ import annotations

import base64
import binascii
import html
import re

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.lean import Raw, ReportLean
from fhir_screener.fhir.decode.tolerant import plain

_LONGEST = 400_000
"""Characters of base64; a longer attachment is no report that somebody wrote."""
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d)\b[^<>]*>", re.IGNORECASE)
_CELL = re.compile(r"</(?:td|th|dt|dd)\b[^<>]*>", re.IGNORECASE)
_UNSAID = re.compile(r"<(script|style|title|del|s|strike)\b[^<>]*>[^<]*</\1\s*>", re.IGNORECASE)
"""What nobody sees, or what is struck out."""
_TAG = re.compile(r"<[^<>]*>")


def conclusion_of(record: ReportLean) -> str:
    """What the report concludes: its conclusion, else the words attached to it; "" for none."""
    said = (record.conclusion or "").strip()
    return said or (attached_text(record.presentedForm) if record.presentedForm else "")


def attached_beside(record: ReportLean) -> str:
    """The words attached to a report that concludes something else beside them; "" for none."""
    said = (record.conclusion or "").strip()
    more = attached_text(record.presentedForm) if said and record.presentedForm else ""
    return more if more != said else ""


def attached_text(forms: Raw) -> str:
    """The texts of all attachments that are one, each once: an addendum may be attached beside its report."""
    found: dict[str, None] = {}
    for form in elements.many(plain(forms)):
        kind = elements.words(form.get("contentType")).lower() if isinstance(form, dict) else ""
        if not kind.startswith(("text/plain", "text/html")):
            continue
        text = _decoded(elements.words(form.get("data")))
        if kind.startswith("text/html"):
            # A line of the source is none of the page.
            text = text if "<pre" in text.lower() else " ".join(text.split())
            text = html.unescape(_TAG.sub("", _CELL.sub(" ", _BREAK.sub("\n", _UNSAID.sub(" ", text)))))
        if text.strip():
            found[text.strip()] = None
    return "\n".join(found)


def _decoded(data: str) -> str:
    if not data or len(data) > _LONGEST:
        return ""
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    for coding in ("utf-8", "gb18030"):
        try:
            return raw.decode(coding)
        except UnicodeDecodeError:
            continue
    return ""
