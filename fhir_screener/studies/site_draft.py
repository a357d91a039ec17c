"""A survey as a site file to edit: every entry commented out, with its counts and what it looks like.

Taking away the first `#` of a line makes it count. What is uncertain is drafted on the safe side: an answer as equivocal,
and a drug that looks like nothing behind two `#`, for somebody must say what it is before it may be ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from fhir_screener.studies.survey import Found, Survey

IGNORE = "ignore: true"
HEAD = """\
## Draft of a site file, by `fhir-screener codes survey`: what {patients:,} charts call by names of their own, for {study} as of
## {as_of}. Nothing counts yet. Look at each entry, mend it, and take away the first # of its lines and of the headings above
## it; delete the rest. Entries: `in: SET` (a value set of mappings/valuesets), or `means: loinc|5196-1` (a standard code), or
## `ignore: true`. Lines with ## need a decision first: of a drug that nobody knows, what it is. mappings/sites/example.yaml
## explains every part. Save this as mappings/sites/{name}.yaml, and check it with `fhir-screener codes check {name}`.
site: {name}
title: {name}
"""


def draft(survey: Survey, name: str = "draft") -> str:
    """The text of the file; valid as it stands, and with every `#` at the beginning of a line taken away (`##` stay)."""
    head = HEAD.format(patients=survey.patients, study=survey.study, as_of=survey.as_of, name=name)
    coded = [one for one in survey.found if one.name.code]
    words = [one for one in survey.found if not one.name.code]
    answers = [one for one in words if one.name.kind == "answer"]
    named = [one for one in words if one.suggestion and one not in answers]
    unknown = [one for one in words if one not in named and one not in answers]
    parts = (
        *_section("codes", _codes(coded)),
        *_section("names", _names(named)),
        *_section("words", _words(answers)),
        *_section("ignore", (line for one in unknown for line in _undecided(one))),
    )
    return head + "\n".join(parts) + "\n"


def _section(key: str, lines: Iterable[str]) -> Iterator[str]:
    found = [f"#{line}" for line in lines]
    if found:
        yield from ("", f"{key}:", *found)


def _codes(found: list[Found]) -> Iterator[str]:
    """Codes by system, each once, though tests and diagnoses may share it."""
    for system in dict.fromkeys(one.name.system for one in found):
        yield f"  - system: {_quoted(system)}"
        yield "    items:"
        seen: set[str] = set()
        for one in found:
            if one.name.system == system and one.name.code not in seen:
                seen.add(one.name.code)
                yield _said(one, "      ")
                name = f", name: {_quoted(one.name.words)}" if one.name.words else ""
                undecided = "#" if _where(one) == IGNORE else ""
                yield f"{undecided}      - {{code: {_quoted(one.name.code)}{name}, {_where(one)}}}"


def _where(one: Found) -> str:
    if one.name.kind == "answer":
        return "in: result-equivocal"
    if one.suggestion is None:
        return IGNORE
    ingredient = f", ingredient: {_quoted(one.suggestion.ingredient)}" if one.suggestion.ingredient else ""
    return f"in: {one.suggestion.set}{ingredient}"


def _undecided(one: Found) -> Iterator[str]:
    yield _said(one, "  ")
    yield f"#  - {_quoted(one.name.words)}"


def _names(found: list[Found]) -> Iterator[str]:
    for name in dict.fromkeys(one.suggestion.set for one in found if one.suggestion):
        here = [one for one in found if one.suggestion and one.suggestion.set == name]
        yield f"  {name}:"
        ingredients = list(dict.fromkeys(one.suggestion.ingredient for one in here if one.suggestion))
        by_ingredient = ingredients != [""]
        for ingredient in ingredients:
            if by_ingredient:
                yield f"    {_quoted(ingredient)}:"
            for one in here:
                if one.suggestion and one.suggestion.ingredient == ingredient:
                    yield _said(one, "      ")
                    yield f"      - {_quoted(one.name.words)}"


def _words(found: list[Found]) -> Iterator[str]:
    if found:
        yield "  # Move each to the list it belongs to: positive, negative, equivocal, or none (there is no result)."
        yield "  equivocal:"
    for one in found:
        yield _said(one, "    ")
        yield f"    - {_quoted(one.name.words)}"


def _said(one: Found, indent: str) -> str:
    """Counts and suggestion, as a comment that stays one."""
    could = f"could change {len(one.could):,} patients" if len(one.could) != 1 else "could change 1 patient"
    play = f" ({len(one.play):,} of them candidates, to be reviewed, or later)" if one.play else ""
    criteria = f", {', '.join(sorted(one.criteria))}" if one.criteria else ""
    looks = one.suggestion
    like = f"; looks like {looks.set} ({_quoted(looks.like)}, {looks.score:.0f} of 100)" if looks else ""
    return f"{indent}# {one.name.kind}: {could}{play} of {len(one.patients):,} who have it{criteria}{like}"


def _quoted(text: str) -> str:
    """Text as YAML in double quotes."""
    return json.dumps(text, ensure_ascii=False)
