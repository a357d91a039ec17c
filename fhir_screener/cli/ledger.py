"""One patient's whole ledger as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text as Styled

from fhir_screener.cli.console import BOLD, DIM, Page
from fhir_screener.cli.render import COLOURS, OUTCOME_COLOURS
from fhir_screener.cli.speech import Speech
from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.model import Study
from fhir_screener.screening.absence_words import missing, searched, silent
from fhir_screener.screening.account import MOOT, evidence, reason_words, to_do, way_of
from fhir_screener.screening.ahead import milestones
from fhir_screener.screening.coverage import Coverage
from fhir_screener.screening.plain_words import OUTCOMES, REASONS, settling, standing
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.coding import system_name

_FOR, _AGAINST = "green", "red"


def ledger(study: Study, screening: Screening, speech: Speech | None = None, ahead: Sequence[Text] = ()) -> str:
    """The ledger as text for this window: what it comes to, each criterion with its records, and what nobody recorded.

    `ahead` says what time alone will change, where the chart is at hand.
    """
    speech, page = speech or Speech(), Page()
    texts, asked = {criterion.id: criterion.text for criterion in study.criteria}, screening.outcome not in MOOT
    quiet = [found for found in screening.criteria if silent(found)]
    _head(page, study, screening, speech, ahead)
    for found in screening.criteria:
        if found not in quiet:
            _criterion(page, texts.get(found.id, ""), found, speech, asked=asked)
    if quiet:
        _silent(page, texts, quiet, speech, asked=asked)
    return str(page)


def _head(page: Page, study: Study, screening: Screening, speech: Speech, ahead: Sequence[Text]) -> None:
    outcome = screening.outcome.value
    head = Styled(f"{screening.reference}: ", style=BOLD)
    head.append(speech(say(outcome)).replace("_", " "), style=OUTCOME_COLOURS.get(outcome, ""))
    page.line(head)
    page.line(
        speech(
            say(
                "{study} {title}, version {version}; judged as of {day}",
                study=study.id,
                title=study.title,
                version=study.version,
                day=screening.as_of,
            )
        )
    )
    page.line()
    page.line(speech(OUTCOMES[screening.outcome]))
    for line in _headlines(screening, ahead):
        page.item(speech(line))
    asked = [] if screening.outcome in MOOT else list(_to_do(screening))
    if asked:
        page.line(speech(say("To settle what is open:")))
    for line in asked:
        page.item(speech(line), mark="? ")
    for problem in screening.problems:
        page.item(speech(say("Could not be understood: {problem}", problem=problem)))


def _headlines(screening: Screening, ahead: Sequence[Text]) -> Iterator[Text]:
    if screening.why_not:
        yield say("Not screenable: {why}.", why=screening.why_not)
    if screening.replaced_by:
        yield say("Merged into Patient/{id}.", id=screening.replaced_by)
    if not screening.evaluated:
        yield say("Not evaluated: {types} could not be read.", types=", ".join(sorted(screening.failed)))
    yield from _what_counts(screening)
    if screening.outcome is Outcome.NO_SIGNAL:
        yield say("Nothing to ask or to order: first a record would have to point to it.")
    for one in milestones(screening, ahead):
        yield join(" ", (one.said, join("; ", one.turns)))
    if screening.criteria:
        yield from _known(screening.coverage, sum(c.decides for c in screening.criteria))


def _what_counts(screening: Screening) -> Iterator[Text]:
    """The criteria that keep the patient out and, where none does, those that need a person to look."""
    out = [_kept_out(c) for c in screening.criteria if c.decides]
    if out:
        yield say("Kept out by {criteria}.", criteria=join("; ", out))
    eyes = [
        say("{id} ({why})", id=c.id, why=REASONS[c.reason]) for c in screening.criteria if _doubtful(c) and c.reason
    ]
    if eyes and screening.outcome not in MOOT:
        yield say("Somebody must look at {criteria}.", criteria=join("; ", eyes))


def _doubtful(found: CriterionFinding) -> bool:
    return found.finding.needs_eyes


def _kept_out(found: CriterionFinding) -> Text:
    if found.finding.clock:
        return say("{id} (until time has passed)", id=found.id)
    if found.finding.repeatable:
        return say("{id} (unless a repeated test says otherwise)", id=found.id)
    return found.id


def _to_do(screening: Screening) -> Iterator[Text]:
    """What to do, each once, with the criteria that it settles; what is asked at the visit last."""
    for facet, ids in to_do(screening):
        yield say("{what}: {criteria}", what=settling(facet), criteria=join(", ", ids))
    visit = [c.id for c in screening.open_criteria if c.phase != "prescreen"]
    if visit:
        yield say("at the visit: {criteria}", criteria=join(", ", visit))


def _known(coverage: Coverage, against: int) -> Iterator[Text]:
    known = say(
        "Inclusions: {met} met, {open} open; exclusions: {out} ruled out, {unclear} open.",
        met=coverage.inclusions_met,
        open=coverage.inclusions_open,
        out=coverage.exclusions_ruled_out,
        unclear=coverage.exclusions_open,
    )
    yield join(" ", (known, say("Keeping the patient out: {count}.", count=against) if against else ""))
    if coverage.since:
        yield say("{count} records read, the oldest of {day}.", count=coverage.records, day=coverage.since[:10])
    else:
        yield say("{count} records read.", count=coverage.records)
    if coverage.reconciled:
        yield say("Medication list put in order on {day}.", day=coverage.reconciled[:10])
    else:
        yield say("No medication list put in order is on record.")


def _criterion(page: Page, protocol: str, found: CriterionFinding, speech: Speech, *, asked: bool) -> None:
    """`asked`: whether settling what is open would be worth the effort."""
    page.line()
    page.line(_title(found, speech))
    page.item(Styled(protocol, style="italic"), mark="")
    items = list(evidence(found.finding))
    for item in items:
        if missing(item) is None:
            page.item(_record(item, speech), mark="* " if item.decides else "- ", style="" if item.decides else DIM)
    for line in searched(found.finding):
        page.item(speech(line), mark="- ", style=DIM)
    if asked and found.reason is not None and found.settle:
        page.item(speech(way_of(found)), mark="? ")


def _title(found: CriterionFinding, speech: Speech) -> Styled:
    head = Styled(speech(say("{id} {role}: ", id=found.id, role=say(found.role))), style=BOLD)
    colour = _AGAINST if found.decides else _FOR if found.speaks_for else COLOURS["unknown"]
    stands: Text = standing(found)
    if why := reason_words(found):
        stands = say("{standing} ({why})", standing=stands, why=why)
    return head.append(speech(stands), style=colour)


def _silent(
    page: Page, texts: dict[str, str], quiet: Iterable[CriterionFinding], speech: Speech, *, asked: bool
) -> None:
    """Criteria of which nothing on record speaks, in a line or two each."""
    page.line()
    page.line(speech(say("Nothing on record: looked for, and found neither for nor against")), BOLD)
    for found in quiet:
        page.item(Styled(texts.get(found.id, ""), style="italic"), mark=f"{found.id:4} ")
        if asked and found.settle:
            page.item(speech(settling(found.settle)), mark="? ", indent=7)


def _record(item: Evidence, speech: Speech) -> str:
    """Sentence, then date and value as recorded, where it stands in the chart, and what the site's table says of it."""
    system, _, code = item.standard.rpartition("|")
    local = item.code.rpartition("|")[2]
    parts = (
        _when(item.date),
        say("recorded as {value}", value=item.value) if item.value else "",
        item.reference,
        say("{local}: {system} {code} by the site's table", local=local, system=system_name(system), code=code)
        if code
        else "",
    )
    tail = " · ".join(speech(part) for part in parts if part)
    return f"{speech(item.note) or item.display}{f' [{tail}]' if tail else ''}"


def _when(recorded: str) -> Text:
    """Day or days of a record: `2021-02-20..` as "from 2021-02-20"."""
    first, dots, last = (part if part == ".." else part[:10] for part in recorded.partition(".."))
    if not dots:
        return first
    if first and last:
        return say("{start} to {end}", start=first, end=last)
    return say("from {start}", start=first) if first else say("until {end}", end=last)
