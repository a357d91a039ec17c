"""Templates, and what every page is given: the user, the language, the studies, the token of its forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fhir_screener.criteria.wording import length
from fhir_screener.i18n import LANGUAGES, translator
from fhir_screener.records.dates import Duration
from fhir_screener.screening.kind_words import KINDS
from fhir_screener.sentence import Translate, render
from fhir_screener.web.guard import csrf_of

FOLDER = Path(__file__).parent
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_pages = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, template: str, status: int = 200, **given: Any) -> Response:
    """A page in the reader's language. Everything from charts is escaped by the templates."""
    context = {
        **_spoken(language_of(request)),
        "languages": LANGUAGES,
        "csrf": csrf_of(request),
        "path": request.url.path,
        "is_part": request.headers.get("hx-request") == "true",
        **given,
    }
    return HTMLResponse(_pages.get_template(template).render(context), status_code=status)


def file(template: str, language: str, **given: Any) -> str:
    """A page that stands alone, outside any server, in this language."""
    style = "".join((FOLDER / "static" / name).read_text("utf-8") for name in ("style.css", "report.css"))
    return _pages.get_template(template).render(_spoken(language) | {"style": style} | given)


def _spoken(language: str) -> dict[str, Any]:
    """What templates say things with."""
    tell = translator(language)
    return {
        "_": tell,
        "said": lambda text: render(text, tell),
        "day": lambda value: as_day(value, tell),
        "moment": lambda value: as_moment(value, tell),
        "number": lambda value: f"{value:,}",
        "words": lambda text: length(Duration.parse(text)),
        "plainly": lambda verdict: tell(str(verdict).replace("_", " ")),
        "kind": lambda rule: tell(KINDS.get(str(rule), str(rule))),
        "answer": lambda text: ": ".join(tell(part.replace("_", " ")) for part in str(text).split(": ")),
        "language": language,
    }


def language_of(request: Request) -> str:
    """As chosen, else as the browser asks, else English."""
    chosen = request.query_params.get("lang") or request.session.get("lang")
    if chosen in LANGUAGES:
        request.session["lang"] = chosen
        return str(chosen)
    wanted = request.headers.get("accept-language", "").split(",")[0].split("-")[0].strip().lower()
    return wanted if wanted in LANGUAGES else "en"


def as_day(value: Any, tell: Translate) -> str:
    """A date as its reader writes it; anything else as it is."""
    text = str(value or "")[:10]
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return str(value or "")
    return tell("{day} {month} {year}").format(
        day=found.day, month=tell(found.strftime("%b")), number=found.month, year=found.year
    )


def as_month(first: date, tell: Translate) -> str:
    """A month with its year."""
    return tell("{month} {year}").format(month=tell(first.strftime("%b")), number=first.month, year=first.year)


def as_moment(value: Any, tell: Translate) -> str:
    """A moment as its reader writes it, to the minute, in UTC."""
    text = str(value or "")
    return f"{as_day(text, tell)} {text[11:16]} UTC" if len(text) > 15 else as_day(text, tell)


def message(request: Request, status: int, title: str, text: str, **more: Mapping[str, Any]) -> Response:
    """A page that says one thing: what went wrong, and what to do."""
    return page(request, "message.html", status, title=title, text=text, user=None, **more)
