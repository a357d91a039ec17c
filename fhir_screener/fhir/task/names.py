"""Every URI of our own in a Task, spelled once. A wire contract, described by the package in `fhir-package/`."""

from __future__ import annotations

from enum import Enum

from fhir_screener.screening.candidate import NO_LONGER
from fhir_screener.screening.screening import Outcome
from fhir_screener.terminology.coding import BASE
from fhir_screener.verdict import Reason, Verdict

PROFILE = f"{BASE}:profile:candidate-task"
SWEEP_PROFILE = f"{BASE}:profile:sweep-task"

# identifier systems
CANDIDATE_ID = f"{BASE}:candidate"
"""Task.identifier: `study/source/patient id`, each part percent-encoded."""
STUDY_ID = f"{BASE}:study"
SWEEP_ID = f"{BASE}:sweep"
DEVICE_ID = f"{BASE}:device"
MAPPING_ID = f"{BASE}:mapping"
PATIENT_ID = f"{BASE}:patient"
"""Reference.identifier of Task.for: `source/patient id`, each part percent-encoded."""

# code systems
TASK_CODE = f"{BASE}:task"
OUTCOME = f"{BASE}:outcome"
SETTLE = f"{BASE}:settle"
ELIGIBLE_FROM = f"{BASE}:eligible-from"
STATUS_REASON = f"{BASE}:status-reason"
ONE_AWAY = f"{BASE}:one-away"
"""Coding of businessStatus: the one order that would settle all that is not asked or looked up."""
PERFORMER = f"{BASE}:performer"
REJECTION = f"{BASE}:rejection"
"""Why a coordinator rejected a candidate; a person's, unlike `STATUS_REASON`."""
MOVE = f"{BASE}:move"
PERSON_ID = f"{BASE}:person"
SUBJECT_ID = f"{BASE}:subject"
"""ResearchSubject.identifier: as that of its Task."""
ACTION = f"{BASE}:action"
COUNT = f"{BASE}:count"
INPUT = f"{BASE}:input"
OUTPUT = f"{BASE}:output"
CRITERION = f"{BASE}:criterion"
VERDICT = f"{BASE}:verdict"
REASON = f"{BASE}:reason"

# extensions
_EXTENSION = f"{BASE}:extension"
CRITERION_EXT = f"{_EXTENSION}:criterion"
FINDING_EXT = f"{_EXTENSION}:finding"
EVIDENCE_EXT = f"{_EXTENSION}:evidence"
SCREENING_EXT = f"{_EXTENSION}:screening"
SUMMARY_EXT = f"{_EXTENSION}:summary"
CHANGE_EXT = f"{_EXTENSION}:change"
REPLACED_BY_EXT = f"{_EXTENSION}:replaced-by"
DECIDED_ON_EXT = f"{_EXTENSION}:decided-on"
"""valueString on a Task: the evidence digest a person decided on."""
EARLIER_DECISION_EXT = f"{_EXTENSION}:earlier-decision"
RESUME_ON_EXT = f"{_EXTENSION}:resume-on"
"""valueDate on a Task, the coordinator's: when a snoozed Task comes back."""

SCREENING_CANDIDATE = "screening-candidate"
SWEEP = "sweep"
REPORT, REPORT_WORDS = "report", "Report of the sweep"
"""Output of a sweep's own Task: the report as an attachment of JSON."""
COORDINATOR = "study-coordinator"
PERFORMERS = {
    "coordinator": (COORDINATOR, "Study coordinator"),
    "study-team": ("study-team", "Study team"),
    "operator": ("operator", "Operator of sweeps"),
}
"""{role of a person: code and display}: who is meant to do a Task, and who looked."""

TASK_CODES = {SCREENING_CANDIDATE: "Screening candidate", SWEEP: "Sweep of a cohort"}
OUTCOMES = {
    Outcome.CANDIDATE.value: "Candidate",
    Outcome.REVIEW.value: "To be reviewed",
    Outcome.LATER.value: "Later",
    Outcome.EXCLUDED.value: "Excluded",
    Outcome.NO_SIGNAL.value: "No signal",
    Outcome.NOT_SCREENABLE.value: "Not screenable",
    NO_LONGER: "No longer matches",
}
VERDICTS = {
    Verdict.MET.value: "Met",
    Verdict.NOT_MET.value: "Not met",
    Verdict.UNKNOWN.value: "Unknown",
}
REASONS = {
    Reason.SUSPECTED.value: "Suspected, not settled",
    Reason.EQUIVOCAL.value: "Equivocal",
    Reason.CONFLICTING.value: "Conflicting evidence",
    Reason.STALE.value: "Evidence too old",
    Reason.IMPRECISE_DATE.value: "Imprecise date",
    Reason.TEXT_ONLY.value: "Free text only",
    Reason.UNREADABLE.value: "Unreadable data",
    Reason.NOT_FETCHED.value: "Not fetched",
    Reason.NOT_IMPLEMENTED.value: "Rule not written yet",
    Reason.JUDGEMENT.value: "For a person to judge",
    Reason.NO_DATA.value: "No data",
}


class Withdrawal(Enum):
    """Why the sweep itself cancelled a Task: its statusReason, which tells our hand from a person's."""

    NO_LONGER_MATCHES = "no-longer-matches"
    PATIENT_MERGED = "patient-merged"
    STUDY_CLOSED = "study-closed"


WITHDRAWALS = {
    Withdrawal.NO_LONGER_MATCHES: "The patient no longer matches the study",
    Withdrawal.PATIENT_MERGED: "The patient was merged into another record",
    Withdrawal.STUDY_CLOSED: "The study no longer recruits",
}


class Input(Enum):
    """Task.input.type."""

    MAPPING_VERSION = "mapping-version"
    MAPPING_CHECKSUM = "mapping-checksum"
    AS_OF = "as-of"
    EVIDENCE_DIGEST = "evidence-digest"
    ZONE = "zone"
    """Only in a sweep's own Task."""
    SOURCE = "source"
    """Only in a sweep's own Task: the name of the source, for several may write to one target."""


INPUTS = {
    Input.MAPPING_VERSION: "Version of the study's mapping",
    Input.MAPPING_CHECKSUM: "Checksum of the study's mapping",
    Input.AS_OF: "Day on which the patient was judged",
    Input.EVIDENCE_DIGEST: "Digest of the deciding evidence",
    Input.ZONE: "Time zone of the day",
    Input.SOURCE: "Name of the source that was read",
}
