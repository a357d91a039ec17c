"""Verdicts, reasons, outcomes, kinds of rules and ways to settle, in words that need no manual."""

from __future__ import annotations

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.screening import Outcome
from fhir_screener.sentence import Sentence, Text, Translate, say
from fhir_screener.verdict import MET, UNKNOWN, Reason

OUTCOMES: dict[Outcome, Text] = {
    Outcome.CANDIDATE: say("A candidate: what is on record fits, and nothing on record needs a second look."),
    Outcome.REVIEW: say("To review: may fit, but somebody must first look at what the records leave in doubt."),
    Outcome.LATER: say("For later: kept out now by something that time, or a repeated test, can end."),
    Outcome.EXCLUDED: say("Excluded: a record keeps the patient out, and time alone does not change that."),
    Outcome.NO_SIGNAL: say("No signal: nothing on record points to what the trial is about."),
    Outcome.NOT_SCREENABLE: say("Not screenable: this chart is not to be judged."),
}

REASONS: dict[Reason, Text] = {
    Reason.SUSPECTED: say("suspected: records point that way without settling it"),
    Reason.EQUIVOCAL: say("neither a clear yes nor a clear no on record"),
    Reason.CONFLICTING: say("records contradict each other"),
    Reason.STALE: say("what is on record is too old to speak for today"),
    Reason.IMPRECISE_DATE: say("the date on record is not exact enough"),
    Reason.TEXT_ONLY: say("only free text speaks of it"),
    Reason.UNREADABLE: say("a record could not be understood"),
    Reason.NOT_FETCHED: say("records could not be fetched"),
    Reason.NOT_IMPLEMENTED: say("this question is not answered by the program yet"),
    Reason.JUDGEMENT: say("for a physician to judge"),
    Reason.NO_DATA: say("not enough on record"),
}

TEST = "test: "
"""How a way to settle begins that is a test: its key follows."""
_WAYS: dict[str, Text] = {
    "ask": say("ask the patient"),
    "chart": say("read the chart"),
    "consent": say("the patient's consent"),
}


def standing(found: CriterionFinding) -> Text:
    """How a criterion stands, in the sense of its role: an exclusion that is not met is ruled out."""
    if found.verdict is UNKNOWN:
        return say("open")
    if not found.finding.applicable:
        return say("does not concern this patient")
    if found.role == "exclusion":
        return say("present, keeps the patient out") if found.verdict is MET else say("ruled out")
    return say("met") if found.verdict is MET else say("not met, keeps the patient out")


class Order(Sentence):
    """A test under the name by which it is ordered, where the reader's words have one for `test: hbsag`; else by its key."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.template.removeprefix(TEST).strip()

    def render(self, translate: Translate) -> str:
        found = translate(self.template)
        return str(self) if found == self.template else found


def way_words(way: str) -> Text:
    """A way to settle, as a chip has it: a test by its name, else what to do; a way nobody knows as it stands."""
    return Order(way) if way.startswith(TEST) else _WAYS.get(way, way)


def settling(way: str) -> Text:
    """What to do: `test: hbsag` as "order a test (HBsAg)"; a way nobody knows as it stands."""
    return say("order a test ({test})", test=Order(way)) if way.startswith(TEST) else way_words(way)
