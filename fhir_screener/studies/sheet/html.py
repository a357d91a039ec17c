"""The sheet as one HTML file: nothing is fetched, it prints, and it can be kept as the signed record."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from fhir_screener.sentence import Text, say
from fhir_screener.studies.sheet.content import EXACT, CriterionPart, Node, SetPart, Sheet, SystemPart
from fhir_screener.studies.sheet.terms import titles

_STYLE = Path(__file__).with_name("sheet.css")


def html(sheet: Sheet) -> str:
    """The whole document."""
    return "\n".join(_document(sheet)) + "\n"


def _document(sheet: Sheet) -> Iterator[str]:
    title = f"{sheet.study}: {sheet.title}"
    language = "zh-Hans" if sheet.terms.language == "zh" else "en"
    yield f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>\n{_STYLE.read_text('utf-8')}</style>\n</head>\n<body>"
    yield f"<header><p class=study>{escape(sheet.study)}</p><h1>{escape(sheet.title)}</h1>"
    yield f"<dl>{_fact(sheet.say(say('Version')), _version(sheet))}"
    yield "".join(_fact(label, _words(words)) for label, words in sheet.facts)
    yield f"</dl></header>\n<nav>{_contents(sheet)}</nav>\n<main>"
    for criterion in sheet.criteria:
        yield from _criterion(sheet, criterion)
    yield f'<h2 class=part id="sets">{_say(sheet, say("Value sets"))}</h2>'
    for one in sheet.sets:
        yield from _set(sheet, one)
    yield from _sign_off(sheet)
    yield f"</main>\n<footer>{escape(sheet.study)} · {_version(sheet)}</footer>\n</body>\n</html>"


def _version(sheet: Sheet) -> str:
    return f"{escape(sheet.version)} · <code>{escape(sheet.checksum)}</code>"


def _fact(label: str, words: str) -> str:
    return f"<dt>{escape(label)}</dt><dd>{words}</dd>"


def _say(sheet: Sheet, text: Text) -> str:
    return escape(sheet.say(text))


def _words(text: str) -> str:
    return titles(text, lambda name, title: f'<a href="#set-{escape(name)}">{escape(title)}</a>', escape)


def _contents(sheet: Sheet) -> str:
    links = "".join(f'<a href="#{escape(c.id)}" class={_side(c, sheet)}>{escape(c.id)}</a>' for c in sheet.criteria)
    return (
        links
        + f'<a href="#sets">{_say(sheet, say("Value sets"))}</a><a href="#sign">{_say(sheet, say("Sign-off"))}</a>'
    )


def _side(part: CriterionPart, sheet: Sheet) -> str:
    return "inclusion" if part.role == sheet.say(say("inclusion")) else "exclusion"


def _criterion(sheet: Sheet, part: CriterionPart) -> Iterator[str]:
    yield f'<section class="criterion {_side(part, sheet)}" id="{escape(part.id)}">'
    yield f"<h2>{escape(part.id)} <span>{escape(part.role)}</span></h2><blockquote>{escape(part.text)}</blockquote>"
    if part.asked_of is not None:
        yield f"<h3>{_say(sheet, say('Asked only of:'))}</h3><ul class=rule>{_tree(part.asked_of)}</ul>"
    yield f"<h3>{_say(sheet, say('Read as:'))}</h3><ul class=rule>{_tree(part.rule)}</ul>"
    if part.reading:
        yield f"<p class=reading>{_say(sheet, say('Why so: {reading}', reading=part.reading))}</p>"
    if part.settle:
        yield f"<p class=settle>{_say(sheet, say('An unknown is settled by {way}.', way=part.settle))}</p>"
    if part.visit:
        yield f"<p>{escape(part.visit)}</p>"
    if part.exact:
        body = escape("\n".join(part.exact))
        yield f"<details><summary>{_say(sheet, EXACT)}</summary><pre>{body}</pre></details>"
    yield "</section>"


def _tree(node: Node) -> str:
    inside = "".join(_tree(inner) for inner in node.inside)
    return f"<li>{_words(node.text)}{f'<ul>{inside}</ul>' if inside else ''}</li>"


def _set(sheet: Sheet, part: SetPart) -> Iterator[str]:
    count = say("1 code") if part.count == 1 else say("{count:,} codes", count=part.count)
    yield f'<section class=set id="set-{escape(part.name)}"><h3>{escape(part.title)}</h3>'
    yield f"<p class=about><code>{escape(part.name)}</code> · {_say(sheet, count)}</p>"
    if part.systems or part.excluded:
        yield "<table>"
        for system in part.systems:
            yield from _system(sheet, system)
        for name, code, display in part.excluded:
            left = _say(sheet, say("not {code}", code=name))
            yield f"<tr class=not><td>{left}</td><td><code>{escape(code)}</code></td><td>{escape(display)}</td></tr>"
        yield "</table>"
    for key, words in part.names:
        label = say("by name ({ingredient})", ingredient=key) if key else say("by name")
        yield f"<p class=names><b>{_say(sheet, label)}</b>: {escape(words)}</p>"
    yield "</section>"


def _system(sheet: Sheet, part: SystemPart) -> Iterator[str]:
    for code, display in part.codes:
        yield f"<tr><td>{escape(part.system)}</td><td><code>{escape(code)}</code></td><td>{escape(display)}</td></tr>"
    if part.more:
        more = _say(sheet, say("and {count:,} more (`--codes all`)", count=part.more))
        yield f"<tr><td>{escape(part.system)}</td><td colspan=2>{more}</td></tr>"


def _sign_off(sheet: Sheet) -> Iterator[str]:
    agreed = _say(sheet, say("Read and agreed, version {version}:", version=sheet.version))
    heads = (say("Name"), say("Role"), say("Date"), say("Signature"))
    cells = "".join(f"<th>{_say(sheet, head)}</th>" for head in heads)
    blank = f"<tr>{'<td></td>' * len(heads)}</tr>" * 3
    yield f'<section class=sign id="sign"><h2 class=part>{_say(sheet, say("Sign-off"))}</h2><p>{agreed}</p>'
    yield f"<table><tr>{cells}</tr>{blank}</table></section>"
