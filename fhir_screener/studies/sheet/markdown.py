"""The sheet in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.sentence import say
from fhir_screener.studies.sheet.content import EXACT, CriterionPart, Node, SetPart, Sheet
from fhir_screener.studies.sheet.terms import titles


def markdown(sheet: Sheet) -> str:
    """The whole sheet."""
    version = sheet.say(say("Version"))
    lines = [f"# {sheet.study}: {sheet.title}", "", f"- {version}: {sheet.version}, `{sheet.checksum}`"]
    lines += [f"- {label}: {_words(words)}" for label, words in sheet.facts]
    lines.append("")
    for criterion in sheet.criteria:
        lines += _criterion(sheet, criterion)
    lines += [f"## {sheet.say(say('Value sets'))}", ""]
    for one in sheet.sets:
        lines += _set(sheet, one)
    agreed = sheet.say(say("Read and agreed, version {version}:", version=sheet.version))
    lines += [f"## {sheet.say(say('Sign-off'))}", "", agreed, "", sheet.say(say("Name, role, date:")) + " ", ""]
    return "\n".join(lines)


def _words(text: str) -> str:
    return titles(text, lambda name, title: f"*{title}*")


def _criterion(sheet: Sheet, part: CriterionPart) -> list[str]:
    lines = [f"## {part.id} ({part.role})", "", f"> {part.text}", ""]
    if part.asked_of is not None:
        lines += [sheet.say(say("Asked only of:")), "", *_tree(part.asked_of), ""]
    lines += [sheet.say(say("Read as:")), "", *_tree(part.rule), ""]
    if part.reading:
        lines += [sheet.say(say("Why so: {reading}", reading=part.reading)), ""]
    if part.settle:
        lines += [sheet.say(say("An unknown is settled by {way}.", way=part.settle)), ""]
    if part.visit:
        lines += [part.visit, ""]
    named = ", ".join(f"*{title}* (`{name}`)" for name, title in part.sets) or sheet.say(say("none"))
    lines += [sheet.say(say("Value sets: {names}.", names=named)), ""]
    if part.exact:
        lines += [sheet.say(EXACT), "", "```yaml", *part.exact, "```", ""]
    return lines


def _tree(node: Node, depth: int = 0) -> Iterator[str]:
    yield f"{'  ' * depth}- {_words(node.text)}"
    for inner in node.inside:
        yield from _tree(inner, depth + 1)


def _set(sheet: Sheet, part: SetPart) -> list[str]:
    count = say("1 code") if part.count == 1 else say("{count:,} codes", count=part.count)
    lines = [f"### {part.title}", "", f"`{part.name}`, {sheet.say(count)}", ""]
    for system in part.systems:
        lines += [f"- {system.system} `{code}` {display}" for code, display in system.codes]
        if system.more:
            more = sheet.say(say("and {count:,} more (`--codes all`)", count=system.more))
            lines.append(f"- {system.system}: {more}")
    for name, code, display in part.excluded:
        lines.append(f"- {sheet.say(say('not {code}', code=f'{name} `{code}` {display}'))}")
    for key, words in part.names:
        label = say("by name ({ingredient})", ingredient=key) if key else say("by name")
        lines.append(f"- {sheet.say(label)}: {words}")
    return [*lines, ""]
