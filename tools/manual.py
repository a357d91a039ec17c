"""The manual of the rules, `docs/manual.md`, written from the declarations of the rules and from `tests/spec`.

    ./dev run python tools/manual.py            writes it
    ./dev run python tools/manual.py --check    fails where it is stale

A chapter is a file of `tests/spec`, a paragraph a test: its name, its docstring, the rule it asks, and what it finds as a table.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fhir_screener.criteria.keys import Key
from fhir_screener.criteria.kinds import KINDS
from fhir_screener.studies.forms import CRITERION, STUDY

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "tests" / "spec"
MANUAL = ROOT / "docs" / "manual.md"
FIRST = ("outcome", "logic", "dates", "patient", "condition", "except", "exposure", "dose", "result", "reports")
"""The order of the first chapters; the others follow by name."""
INTRO = """\
# What can be asked, and what the answer is

Written from the rules' own declarations and from [tests/spec](../tests/spec) by `tools/manual.py`: what stands here is tested, word for
word. A verdict is `met`, `not met` or `unknown`, and an unknown has one reason. Rules are written as they stand in a study file; value
sets have made-up names, and the day asked about is 2021-03-01 where nothing else is said.
"""


@dataclass
class Module:
    """One file of `tests/spec`; `constants` are its texts by name."""

    title: str
    tests: list[ast.FunctionDef]
    constants: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def manual() -> str:
    """The whole page."""
    lines = [INTRO, "## A study file", "", STUDY.about, "", *_keys(STUDY), "Each criterion:", "", *_keys(CRITERION)]
    for path in _chapters():
        lines += _chapter(_module(path))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _chapters() -> list[Path]:
    files = {path.stem.removeprefix("test_"): path for path in SPEC.glob("test_*.py")}
    first = [files.pop(name) for name in FIRST if name in files]
    return [*first, *(files[name] for name in sorted(files))]


def _module(path: Path) -> Module:
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    found = Module(ast.get_docstring(tree) or path.stem, [], lines=source.splitlines())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found.tests.append(node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value, found.constants)
            if text is not None:
                found.constants[node.targets[0].id] = text
    return found


def _text(node: ast.expr | None, names: dict[str, str]) -> str | None:
    """The text that an expression is, as far as it can be told without running it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.JoinedStr):
        parts = [_text(p.value if isinstance(p, ast.FormattedValue) else p, names) for p in node.values]
        return None if None in parts else "".join(part or "" for part in parts)
    return None


def _chapter(module: Module) -> Iterator[str]:
    title, _, rest = module.title.partition("\n")
    yield from ("", f"## {_sentence(title)}", "", rest.strip(), "")
    for kind in dict.fromkeys(name for name in re.findall(r"`(\w+)`", title) if name in KINDS):
        form = KINDS[kind].form
        yield from (f"**`{kind}`** {form.about}", "", *_keys(form))
    shown: set[str] = set()
    for test in module.tests:
        yield from _paragraph(test, module, shown)


def _keys(form: Key, before: str = "") -> list[str]:
    """The keys of a form as a table; those of a key inside it under its name."""
    rows = list(_rows(form, before))
    if not rows:
        return []
    return ["| key | | meaning |", "| --- | --- | --- |", *rows, ""]


def _rows(form: Key, before: str) -> Iterator[str]:
    for key in form.keys:
        words = " or ".join(f"`{one}`" for one in key.choices if one) or key.shape
        needed = ", needed" if key.needed else f", else `{key.absent}`" if key.choices and key.absent else ""
        yield f"| `{before}{key.name}` | {words}{needed} | {key.about} |"
        yield from _rows(key, f"{before}{key.name}.")


def _paragraph(test: ast.FunctionDef, module: Module, shown: set[str]) -> Iterator[str]:
    yield from (f"**{_sentence(test.name.removeprefix('test_').replace('_', ' '))}.**", "")
    if said := ast.get_docstring(test):
        yield from (said, "")
    names = dict(module.constants)
    for node in ast.walk(test):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value, names)
            if text is not None:
                names[node.targets[0].id] = text
    for rule in _rules(test, names):
        if rule not in shown:
            shown.add(rule)
            yield from ("```yaml", *_wrapped(rule), "```", "")
    yield from _table(test, module.lines)
    yield from _asserts(test)


def _rules(test: ast.FunctionDef, names: dict[str, str]) -> Iterator[str]:
    """The rules that a test asks, each once."""
    found = []
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("ask", "read_rule"):
            text = _text(node.args[0], names) if node.args else None
            if text and text.strip().partition(":")[0] in KINDS:
                found.append(text.strip())
    yield from dict.fromkeys(found)


def _wrapped(rule: str) -> list[str]:
    return rule.splitlines()


def _table(test: ast.FunctionDef, lines: list[str]) -> Iterator[str]:
    """The rows of `parametrize`, with the comment at the end of each."""
    for mark in test.decorator_list:
        if not (isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.parametrize"):
            continue
        heads, rows = mark.args[0], mark.args[1]
        names = [ast.literal_eval(heads)] if isinstance(heads, ast.Constant) else list(ast.literal_eval(heads))
        if not isinstance(rows, ast.List):
            continue
        said = [_comment(lines[(row.end_lineno or 1) - 1]) for row in rows.elts]
        extra = [""] if any(said) else []
        yield f"| {' | '.join([*(name.replace('_', ' ') for name in names), *extra])} |"
        yield f"|{' --- |' * (len(names) + len(extra))}"
        for row, comment in zip(rows.elts, said, strict=True):
            cells = row.elts if isinstance(row, ast.Tuple) and len(names) > 1 else [row]
            yield f"| {' | '.join([*map(_cell, cells), *([comment] if extra else [])])} |"
        yield ""


def _comment(line: str) -> str:
    """The comment after a row: `(...),  # why`."""
    found = re.search(r"[),\]]\s*#\s*(.+)$", line)
    return found.group(1).strip() if found else ""


def _asserts(test: ast.FunctionDef) -> Iterator[str]:
    """`assert ask(rule, facts).verdict is MET` as rows of a table; everything else is in the test itself."""
    rows = []
    for node in test.body:
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare | ast.Attribute | ast.UnaryOp):
            row = _row(node.test)
            if row:
                rows.append(row)
    if rows:
        yield from ("| on record | answer |", "| --- | --- |", *rows, "")


def _row(node: ast.expr) -> str:
    answer, expected = node, "yes"
    if isinstance(node, ast.Compare) and len(node.comparators) == 1:
        answer, expected = node.left, _cell(node.comparators[0])
    elif isinstance(node, ast.UnaryOp):
        answer, expected = node.operand, "no"
    if not (isinstance(answer, ast.Attribute) and isinstance(answer.value, ast.Call)):
        return ""
    call = answer.value
    if not (isinstance(call.func, ast.Name) and call.func.id == "ask"):
        return ""
    facts = [_cell(arg) for arg in call.args[1:]] + [f"{k.arg}: {_cell(k.value)}" for k in call.keywords if k.arg]
    what = "" if answer.attr in ("verdict", "reason") else f"{answer.attr}: "
    return f"| {'; '.join(facts) or 'nothing'} | {what}{expected} |"


def _cell(node: ast.expr) -> str:
    """An expression in words: `make.condition("C1", onset="2015")` as `condition C1, onset 2015`."""
    return _words(node).replace("|", "\\|") or " "


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2].strip("_").replace("_", " ")
        parts = [_words(arg) for arg in node.args]
        parts += [f"{k.arg.replace('_', ' ')} {_words(k.value)}" if k.arg else _words(k.value) for k in node.keywords]
        return f"{name} {', '.join(parts)}".strip()
    if isinstance(node, ast.Constant):
        return "none" if node.value is None else str(node.value) or "nothing"
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("Reason", "Outcome", "When", "Verdict"):
        return f"`{node.attr.lower().replace('_', '-')}`"
    if isinstance(node, ast.Name) and node.id in ("MET", "NOT_MET", "UNKNOWN"):
        return f"`{node.id.lower()}`"
    if isinstance(node, ast.List | ast.Tuple):
        return "; ".join(map(_words, node.elts)) or "nothing"
    return ast.unparse(node).replace("\n", " ")


def _sentence(words: str) -> str:
    words = words.strip().rstrip(".")
    return words[:1].upper() + words[1:]


def main() -> int:
    text = manual()
    if "--check" in sys.argv:
        if MANUAL.read_text("utf-8") == text:
            return 0
        print(f"{MANUAL}: stale; run tools/manual.py")
        return 1
    MANUAL.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
