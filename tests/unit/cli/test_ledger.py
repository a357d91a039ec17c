"""One patient's ledger in the terminal: what decided, what is missing, how to get it; in two languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fhir_screener.cli.ledger import ledger
from fhir_screener.cli.speech import Speech
from fhir_screener.criteria.evidence import Evidence, Finding, met, unknown
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Duration
from fhir_screener.screening.absence_words import missing, searched, silent
from fhir_screener.screening.plain_words import OUTCOMES, REASONS
from fhir_screener.screening.screening import Outcome
from fhir_screener.sentence import say
from fhir_screener.studies.load import Catalog
from fhir_screener.verdict import Reason, Verdict
from tests.builders.screenings import criterion, excluded, screening

LOADED = Catalog(Path(__file__).parents[3] / "mappings").load(["NCT04660565"])
STUDY = LOADED.studies[0]
SCORE = Evidence("Observation/1", note="Score of 24, at least 20.", value="24", date="2021-02-11T10:00:00+08:00")
ASIDE = Evidence("Condition/7", note="IgG4-RD: on record.", decides=False)


def absent(what: str, records: int = 3, since: str = "2019-01-02") -> Evidence:
    template = "Nothing on record about {what} ({records} read since {since})."
    note = say(template, what=say(what), records=say("{count} records", count=records), since=since)
    return Evidence(note=note, decides=False)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_what_decided_is_told_from_what_was_looked_at() -> None:
    text = ledger(STUDY, screening(criteria=(criterion(met(ASIDE, SCORE), "I3", "inclusion", "chart"),)))
    assert text.startswith("Patient/p1: candidate\n")
    assert "I3 inclusion: met\n" in text
    assert "  * Score of 24, at least 20. [2021-02-11 · recorded as 24 · Observation/1]" in text
    assert text.index("  * Score") < text.index("  - IgG4-RD: on record. [Condition/7]")
    assert STUDY.criteria[2].text[:60] in text


def test_it_says_why_there_is_none() -> None:
    text = ledger(STUDY, excluded(why_not="merged into another record", replaced_by="p2"))
    assert "Not screenable: merged into another record." in text
    assert "Merged into Patient/p2." in text
    text = ledger(STUDY, screening(evaluated=False, failed=frozenset({"Observation"})))
    assert "Not evaluated: Observation could not be read." in text
    assert "Could not be understood: Observation/13: no code" in text


def test_an_exclusion_reads_in_its_own_sense() -> None:
    """ "Not met" of an exclusion is good news, and a coordinator should not have to turn it round."""
    text = ledger(STUDY, excluded())
    assert "E8a exclusion: present, keeps the patient out" in text
    assert "Kept out by E8a" in text
    assert "not_met" not in text


def test_nobody_is_sent_for_answers_that_change_nothing() -> None:
    assert "To settle what is open" in ledger(STUDY, screening())
    assert "To settle what is open" not in ledger(STUDY, excluded(outcome=Outcome.EXCLUDED))


@pytest.mark.parametrize("outcome", [Outcome.NO_SIGNAL, Outcome.EXCLUDED, Outcome.NOT_SCREENABLE])
def test_no_order_is_named_for_whom_it_would_change_nothing(outcome: Outcome) -> None:
    nothing = criterion(unknown(Reason.NO_DATA, absent("hiv")), "E8b", settle="test: hiv")
    doubtful = criterion(unknown(Reason.EQUIVOCAL, SCORE), "E9", settle="test: tspot")
    assert ledger(STUDY, screening(criteria=(nothing, doubtful))).count("order a test") == 4
    text = ledger(STUDY, screening(criteria=(nothing, doubtful), outcome=outcome))
    assert "order a test" not in text
    assert "Somebody must look" not in text
    assert ("Nothing to ask or to order" in text) == (outcome is Outcome.NO_SIGNAL)


def test_what_keeps_the_patient_out_is_counted_too() -> None:
    assert "open. Keeping the patient out: 1." in ledger(STUDY, excluded(outcome=Outcome.EXCLUDED))
    assert "Keeping the patient out" not in ledger(STUDY, screening())


def test_nothing_on_record_is_one_group_at_the_end() -> None:
    nothing = criterion(unknown(Reason.NO_DATA, absent("hiv"), absent("tspot")), "E8b", settle="test: hiv")
    known = criterion(unknown(Reason.STALE, SCORE), "E9", settle="chart")
    text = ledger(STUDY, screening(criteria=(nothing, known)))
    assert "E8b exclusion" not in text
    assert text.index("E9 exclusion: open") < text.index("Nothing on record:") < text.index("  E8b  ")
    assert text.rstrip().endswith("? order a test (hiv)")


def test_a_record_beside_an_absence_is_never_called_nothing() -> None:
    """A result that is there and settles nothing must not be followed by "nothing on record" about it."""
    beside = unknown(Reason.NO_DATA, ASIDE, absent("egfr"))
    assert not silent(criterion(beside))
    assert [str(line) for line in searched(beside)] == ["Nothing that settles it in 3 records since 2019-01-02: egfr"]
    alone = Finding(Verdict.UNKNOWN, Reason.NO_DATA, branches=(unknown(Reason.NO_DATA, absent("hiv")),))
    assert [str(line) for line in searched(alone)] == ["Nothing in 3 records since 2019-01-02: hiv"]


def test_what_was_looked_for_with_others_is_named_once() -> None:
    """The same name with a window was looked for elsewhere in time, and stays."""
    looked = (
        absent("delivery, pregnancy-ended"),
        absent("no-uterus"),
        absent("delivery"),
        absent("delivery within 3 months"),
    )
    (line,) = searched(unknown(Reason.NO_DATA, *looked))
    assert str(line).endswith(": delivery, pregnancy-ended; no-uterus; delivery within 3 months")


def test_an_absence_kept_in_a_task_as_text_is_read_again() -> None:
    kept = Evidence(
        note="Nothing on record about egfr within 3 months (1 record read since 2020-05-01).", decides=False
    )
    assert missing(kept) == ("egfr within 3 months", say("1 record"), "2020-05-01")
    assert missing(Evidence(note="Nothing on record about consent (0 records read).", decides=False)) is not None
    assert missing(SCORE) is None


def test_the_branch_that_is_settled_soonest_is_named() -> None:
    quick = unknown(Reason.STALE, SCORE, label="sepsis")
    slow = unknown(Reason.NO_DATA, ASIDE, settle="test: crp")
    both = Finding(Verdict.UNKNOWN, Reason.NO_DATA, branches=(slow, quick), soonest=1, settle="chart")
    text = ledger(STUDY, screening(criteria=(criterion(both, "E2", settle="ask"),)))
    assert "? To settle it: ask the patient; soonest: read the chart, about: sepsis" in text


def test_nobody_is_sent_to_read_what_is_not_there() -> None:
    absence = unknown(Reason.NO_DATA, absent("sepsis"), settle="chart")
    both = Finding(Verdict.UNKNOWN, Reason.NO_DATA, branches=(absence,), soonest=0, settle="chart", evidence=(ASIDE,))
    text = ledger(STUDY, screening(criteria=(criterion(both, "E2", settle="test: crp"),)))
    assert "soonest" not in text
    assert "? To settle it: order a test" in text


def test_it_says_when_time_alone_changes_something() -> None:
    later = screening(outcome=Outcome.LATER, eligible_from=date(2021, 4, 1), eligible_until=date(2021, 9, 1))
    text = ledger(STUDY, later)
    assert "Could qualify from 2021-04-01; time alone takes something away on 2021-09-02." in text
    assert "Time alone changes something on 2021-05-12." in text


def test_all_that_the_page_says_has_a_translation() -> None:
    chinese = Speech("zh", LOADED)
    quick = unknown(Reason.NO_DATA, absent("sepsis"), settle="chart")
    open_one = Finding(Verdict.UNKNOWN, Reason.STALE, branches=(quick,), soonest=0, evidence=(SCORE,))
    rows = (
        criterion(met(SCORE), "E1"),
        criterion(open_one, "E2", settle="ask"),
        criterion(quick, "E3", settle="chart"),
    )
    text = ledger(STUDY, screening(outcome=Outcome.REVIEW, criteria=rows), chinese)
    for words in ("待审核", "排除：存在，不能入组", "如何定论：询问患者", "脓毒症", "无任何记录"):
        assert words in text
    for sentence in (*OUTCOMES.values(), *REASONS.values()):
        assert chinese(sentence) != str(sentence)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("P90D", "90 days"),
        ("P1M", "1 month"),
        ("P1Y6M", "1 year 6 months"),
        ("PT48H", "48 hours"),
        ("P12W", "12 weeks"),
    ],
)
def test_durations_are_words(written: str, read: str) -> None:
    assert str(length(Duration.parse(written))) == read
