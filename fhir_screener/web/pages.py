"""Templates, and what every page is given: the user, the language, the studies, the token of its forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fhir_screener.criteria.model import Study
from fhir_screener.criteria.wording import length
from fhir_screener.i18n import LANGUAGES, translator
from fhir_screener.records.dates import Duration
from fhir_screener.screening.kind_words import KINDS
from fhir_screener.screening.plain_words import way_words
from fhir_screener.screening.retold import retold
from fhir_screener.screening.status_words import status_words
from fhir_screener.screening.views import VIEWS
from fhir_screener.sentence import Sentence, Text, Translate, render, say
from fhir_screener.web.dates import as_day, as_moment, as_period, with_days
from fhir_screener.web.guard import csrf_of, user_of

FOLDER = Path(__file__).parent
_AROUND: dict[str, Any] = {"study": None, "studies": (), "views": VIEWS, "counts": {}}
"""What stands around a page that does not say it itself."""
_pages = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, template: str, status: int = 200, **given: Any) -> Response:
    """A page in the reader's language; of a `study`, with its names and in its zone. All from charts is escaped."""
    context = {
        **_spoken(*tongue(request, given.get("study"))),
        "languages": LANGUAGES,
        "csrf": csrf_of(request),
        "path": request.url.path,
        **_AROUND,
        **given,
    }
    return HTMLResponse(_pages.get_template(template).render(context), status_code=status)


def compiled() -> None:
    """Compile the templates, which else the first page of each kind waits for."""
    for name in _pages.list_templates():
        _pages.get_template(name)


def file(template: str, language: str, **given: Any) -> str:
    """A page that stands alone, outside any server, in this language."""
    style = "".join((FOLDER / "static" / name).read_text("utf-8") for name in ("style.css", "report.css"))
    return _pages.get_template(template).render(_spoken(language, translator(language)) | {"style": style} | given)


def tongue(request: Request, study: Study | None) -> tuple[str, Translate, str]:
    """(language, what says messages in it, zone): of a study with the names of its value sets and tests."""
    language = language_of(request)
    if study is None:
        return language, translator(language), ""
    return language, translator(language, request.app.state.office().names(study, language)), study.zone


def _spoken(language: str, tell: Translate, zone: str = "") -> dict[str, Any]:
    """What templates say things with."""
    return {
        "_": tell,
        "said": lambda text: with_days(str(render(text, tell)), tell),
        "retold": lambda text: with_days(str(render(retold(text), tell)), tell),
        "day": lambda value: as_day(value, tell, zone),
        "moment": lambda value: as_moment(value, tell, zone),
        "when": lambda recorded: str(render(as_period(recorded, tell, zone), tell)),
        "number": lambda value: f"{value:,}",
        "words": lambda text: length(Duration.parse(text)),
        "plainly": lambda word: plainly(word, tell),
        "way": lambda facet: str(render(way_words(facet), tell)),
        "status": lambda code: str(render(status_words(code), tell)),
        "kind": lambda rule: tell(KINDS.get(str(rule), str(rule))),
        "answer": lambda text: tell(": ").join(plainly(part, tell) for part in str(text).split(": ")),
        "language": language,
        "zone": zone or "UTC",
    }


def plainly(word: Any, tell: Translate) -> str:
    """A code as a word: `no-longer-matches` as "no longer matches", `not_met` as "not met"."""
    code = str(word)
    told = tell(code)
    return told if told != code else tell(code.replace("_", " ").replace("-", " "))


def language_of(request: Request) -> str:
    """As chosen, else as the browser asks, else English."""
    chosen = request.query_params.get("lang") or request.session.get("lang")
    if chosen in LANGUAGES:
        request.session["lang"] = chosen
        return str(chosen)
    wanted = request.headers.get("accept-language", "").split(",")[0].split("-")[0].strip().lower()
    return wanted if wanted in LANGUAGES else "en"


def message(request: Request, status: int, title: str, text: Text, **more: Any) -> Response:
    """A page that says one thing: what went wrong, and what to do; with the way back that is open to whoever reads it."""
    return page(
        request,
        "message.html",
        status,
        title=title,
        text=text if isinstance(text, Sentence) else say(text),
        user=user_of(request),
        **more,
    )
