"""`report`: what imaging concludes. `igra`: interferon-gamma release assays with their controls."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from fhir_screener.records import facts
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make

RULE = "report: {of: [chest-ct], finding: [active-tb], within: P3M}"


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("No evidence of active tuberculosis.", NOT_MET, None),
        ("Findings consistent with active tuberculosis.", MET, None),
        ("Active tuberculosis cannot be excluded.", UNKNOWN, Reason.EQUIVOCAL),
        ("Possible active tuberculosis.", UNKNOWN, Reason.EQUIVOCAL),
        ("Post-operative changes.", UNKNOWN, Reason.TEXT_ONLY),
        ("No change in active tuberculosis.", MET, None),  # nothing is denied here
        ("No pneumothorax. Upper lobe cavity.", UNKNOWN, Reason.TEXT_ONLY),  # clear of one thing, not of all
        ("No pleural effusion. No nodules.", NOT_MET, None),
        # What was asked is no finding; what is told of the patient is one.
        ("INDICATION: possible active tuberculosis. FINDINGS: No nodules.", NOT_MET, None),
        ("Indication: r/o active tuberculosis. No evidence of active tuberculosis.", NOT_MET, None),
        ("CLINICAL HISTORY: active tuberculosis, on treatment. FINDINGS: No effusion.", UNKNOWN, Reason.SUSPECTED),
        ("Reason for exam: active tuberculosis. Findings: No nodules.", UNKNOWN, Reason.SUSPECTED),  # asked, not found
        ("检查目的:筛查。诊断意见:possible active tuberculosis", UNKNOWN, Reason.EQUIVOCAL),
        ("No acute cardiopulmonary process.", NOT_MET, None),
        ("No pneumothorax.", UNKNOWN, Reason.TEXT_ONLY),  # nobody looked for anything else
        ("No evidence of pulmonary embolism.", UNKNOWN, Reason.TEXT_ONLY),
        ("No active bleeding.", UNKNOWN, Reason.TEXT_ONLY),
        ("Heart size normal.", UNKNOWN, Reason.TEXT_ONLY),
        ("Lung bases clear.", UNKNOWN, Reason.TEXT_ONLY),
        ("No evidence of active tuberculosis, although early disease cannot be excluded.", UNKNOWN, Reason.EQUIVOCAL),
        ("No active tuberculosis. Cavities in the left upper lobe.", UNKNOWN, Reason.EQUIVOCAL),
        ("No active tuberculosis. No cavities.", NOT_MET, None),
        ("No nodules, consolidation, or cavitary lesions.", NOT_MET, None),  # one list
        ("Lungs: No consolidation or nodules. Pleura: No effusion.", NOT_MET, None),
        ("No effusion, nodule or cavity cannot be excluded.", UNKNOWN, Reason.TEXT_ONLY),
        ("No effusion, a cavity or mass is present.", UNKNOWN, Reason.TEXT_ONLY),
        ("No cavity, consolidation or nodule to suggest active tuberculosis.", NOT_MET, None),
        ("Findings favor active tuberculosis.", UNKNOWN, Reason.EQUIVOCAL),
        ("Active tuberculosis until proven otherwise.", UNKNOWN, Reason.EQUIVOCAL),
        ("双肺纹理增多, 两肺未见实变及结节, 心影不大", NOT_MET, None),  # what is seen in many a chest is no sign of it
        ("双肺纹理增多, 心影不大", UNKNOWN, Reason.TEXT_ONLY),
        ("", UNKNOWN, Reason.TEXT_ONLY),
    ],
)
def test_the_words_of_a_conclusion(ask, text, verdict, reason) -> None:
    found = ask(RULE, make.result("L3", make.Value(text=text), report=True))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("concluded", "attached", "verdict", "reason"),
    [
        ("No active tuberculosis.", "Active tuberculosis.", UNKNOWN, Reason.CONFLICTING),
        ("No active tuberculosis.", "Active tuberculosis cannot be excluded.", UNKNOWN, Reason.EQUIVOCAL),
        ("No active tuberculosis.", "Seen and signed.", NOT_MET, None),
        ("See text.", "Active tuberculosis.", MET, None),
        ("See text.", "No active tuberculosis.", UNKNOWN, Reason.TEXT_ONLY),
        ("Possible active tuberculosis.", "No active tuberculosis.", UNKNOWN, Reason.EQUIVOCAL),
    ],
)
def test_a_text_attached_beside_a_conclusion_is_not_passed_over(ask, concluded, attached, verdict, reason) -> None:
    found = ask(RULE, make.result("L3", make.Value(text=concluded), report=True, attached=attached))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_coded_conclusion_decides(ask) -> None:
    concluded = make.result("L3", make.Value(), report=True, conclusions=(make.concept(make.SNOMED, "T1"),))
    assert ask(RULE, concluded).verdict is MET


def test_an_old_clear_report_does_not_speak_for_today(ask) -> None:
    clear = make.Value(text="No evidence of active tuberculosis.")
    assert ask(RULE, make.result("L3", clear, on="2020-11-30")).reason is Reason.NO_DATA


SPOTS = "igra: {spots: {a: [hbsag], b: [egfr], nil: [score], mitogen: [organ]}, within: P3M}"
"""The tiny value sets of these tests stand in for the four parts of a T-SPOT."""


def spots(a: float, b: float | None, nil: float | None = 0, mitogen: float | None = 250) -> list[object]:
    parts = {"L1": a, "L2": b, "L4": nil, "L5": mitogen}
    return [make.result(code, value, unit="{spots}") for code, value in parts.items() if value is not None]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 1), "not_met"),
        ((4, 0), "not_met"),
        ((6, 0), "equivocal"),  # borderline, 5 to 7
        ((8, 0), "suspected"),
        ((12, 0, 8), "not_met"),  # 4 above nil
        ((0, 1, 12), "equivocal"),  # nil above 10: invalid
        ((0, 1, 0, 5), "equivocal"),  # mitogen below 20: invalid
        ((30, 1, 12), "suspected"),  # reactive all the same
        ((0, 1, 0, None), "equivocal"),  # controls not recorded
        ((0, None, 0), "equivocal"),  # one panel only
        ((9, 9, 5), "not_met"),  # nine would be positive without taking nil off
    ],
)
def test_t_spot_by_spots(ask, counts, expected) -> None:
    found = ask(SPOTS, *spots(*counts))
    assert (found.reason.value if found.reason else found.verdict.value) == expected


@pytest.mark.parametrize(("counts", "said"), [((0, 1), "1 spot, nil 0"), ((2, 1), "2 spots, nil 0")])
def test_one_spot_is_one(ask, counts, said) -> None:
    assert said in " ".join(str(item.note) for item in ask(SPOTS, *spots(*counts)).deciding_evidence())


QUANTIFERON = "igra: {quantiferon: {tb1: [hbsag], tb2: [egfr], nil: [score], mitogen: [organ]}, within: P3M}"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.1, 0.1, 0.1, 5), "not_met"),
        ((0.4, 0.1, 0.1, 5), "suspected"),
        ((0.4, 0.1, 4.0, 5), "not_met"),  # below 25 % of nil
        ((0.1, 0.1, 9.0, 5), "equivocal"),
        ((0.1, 0.1, 0.1, 0.2), "equivocal"),
    ],
)
def test_quantiferon_by_values(ask, values, expected) -> None:
    facts = [make.result(c, v, unit="[IU]/mL") for c, v in zip(("L1", "L2", "L4", "L5"), values, strict=True)]
    found = ask(QUANTIFERON, *facts)
    assert (found.reason.value if found.reason else found.verdict.value) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("negative", "not_met"), ("positive", "suspected"), ("indeterminate", "equivocal"), (None, "equivocal")],
)
def test_what_the_controls_leave_open_the_laboratory_may_say_in_the_same_record(ask, said, expected) -> None:
    rule = "igra: {quantiferon: {tb1: [hbsag], nil: [score], mitogen: [organ]}, interpretation: [weight], within: P3M}"
    tubes = [make.result(code, value, unit="[IU]/mL") for code, value in (("L1", 0.02), ("L5", 8.9))]
    parts = tuple(facts.Component(one.concept, one.hits, one.value) for one in tubes)
    found = ask(rule, make.result("L6", said, components=parts))
    assert (found.reason.value if found.reason else found.verdict.value) == expected


def test_raw_tubes_are_less_nil(ask) -> None:
    rule = "igra: {quantiferon: {tb1_raw: [hbsag], tb2_raw: [egfr], nil: [score], mitogen: [organ]}, within: P3M}"
    facts = [
        make.result(c, v, unit="[IU]/mL") for c, v in zip(("L1", "L2", "L4", "L5"), (1.2, 1.0, 0.9, 5), strict=True)
    ]
    assert ask(rule, *facts).verdict is NOT_MET
    assert ask(rule, facts[0]).reason is Reason.EQUIVOCAL  # nothing to take off


def test_two_runs_of_one_day_that_differ_are_conflicting(ask) -> None:
    assert ask(SPOTS, *spots(0, 1), make.result("L1", 20, unit="{spots}")).reason is Reason.CONFLICTING
    early = make.result("L1", 20, unit="{spots}", status="preliminary")
    assert ask(SPOTS, *spots(0, 1), early).verdict is NOT_MET  # the final one replaces it


def test_spots_of_another_scale_are_unreadable(ask) -> None:
    found = ask(SPOTS, *(make.result(code, 3, unit="SFC/10^6 PBMC") for code in ("L1", "L2", "L4", "L5")))
    assert found.reason is Reason.UNREADABLE
    assert "SFC/10^6 PBMC" in str(found.evidence[0].note)


@pytest.mark.parametrize("said", ["Invalid", "检测无效"])
def test_a_run_that_failed_is_no_missing_result(ask, said) -> None:
    rule = "igra: {interpretation: [hbsag], within: P3M}"
    assert ask(rule, make.result("L1", said)).reason is Reason.EQUIVOCAL
    again = make.result("L1", "negative", on="2021-02-22")
    assert ask(rule, make.result("L1", said), again).verdict is NOT_MET  # a repeat settles it
    assert ask(rule, make.result("L1", "specimen haemolysed")).reason is Reason.NO_DATA


def test_a_final_report_replaces_the_preliminary_of_its_test_and_day(ask) -> None:
    early = make.result("L3", make.Value(text="Active tuberculosis."), report=True, status="preliminary")
    clear = make.result("L3", make.Value(text="No evidence of active tuberculosis."), report=True)
    assert ask(RULE, early).reason is Reason.EQUIVOCAL
    assert ask(RULE, early, clear).verdict is NOT_MET


def test_an_undated_clear_report_takes_nothing_from_a_dated_one(ask) -> None:
    clear = make.Value(text="No evidence of active tuberculosis.")
    vague = make.result("L3", clear, report=True, on="2020")
    assert ask(RULE, vague).reason is Reason.IMPRECISE_DATE
    assert ask(RULE, vague, make.result("L3", clear, report=True)).verdict is NOT_MET


def test_an_old_report_of_the_finding_is_not_forgotten(ask) -> None:
    old = make.result("L3", make.Value(text="Active tuberculosis."), report=True, on="2018-01-10")
    assert ask(RULE, old).reason is Reason.STALE


NOT_FOUND = make.concept(make.SNOMED, "260385009")


@pytest.mark.parametrize("first", [True, False])
def test_of_several_coded_conclusions_the_finding_speaks_whatever_their_order(ask, first) -> None:
    found = make.concept(make.SNOMED, "T1")
    coded = (found, NOT_FOUND) if first else (NOT_FOUND, found)
    assert ask(RULE, make.result("L3", make.Value(), report=True, conclusions=coded)).verdict is MET


def test_a_code_that_clears_against_words_that_do_not_is_a_conflict(ask) -> None:
    said = make.Value(text="Findings consistent with active tuberculosis.")
    assert ask(RULE, make.result("L3", said, report=True, conclusions=(NOT_FOUND,))).reason is Reason.CONFLICTING


@pytest.mark.parametrize(
    "text",
    [
        "No significant change since the previous CT.",
        "No interval improvement.",
        "No resolution of the infiltrates.",
        "No previous study for comparison.",
        "No new nodules, cavities or consolidation.",
        "No doubt of cavity, consolidation or nodules.",
        "Without treatment, cavity or nodules.",
        "未见新发结节及实变",
        "未见明显变化",
        "无明显改变",
    ],
)
def test_that_something_is_as_it_was_does_not_say_that_it_is_not_there(ask, text) -> None:
    assert ask(RULE, make.result("L3", make.Value(text=text), report=True)).reason is Reason.TEXT_ONLY


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("Active tuberculosis.", MET, None),
        ("No active tuberculosis.", NOT_MET, None),
        ("", UNKNOWN, Reason.TEXT_ONLY),
    ],
)
def test_a_report_that_is_one_component_of_a_panel(ask, text, verdict, reason) -> None:
    report = make.result("L3", make.Value(text=text))
    other = make.result("L1", make.Value(text="active tuberculosis"))
    parts = [facts.Component(one.concept, one.hits, one.value) for one in (report, other)]
    panel = replace(make.result("L9", make.Value()), hits={}, components=tuple(parts))
    found = ask(RULE, panel)
    assert (found.verdict, found.reason) == (verdict, reason)
