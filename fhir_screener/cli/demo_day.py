"""What happens in the demo between its two nights: a made-up coordinator decides, and a few charts go on.

Decisions go through the desk and results through the FHIR server, as anybody's would; the second sweep finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import orjson

from fhir_screener.bootstrap import Servers
from fhir_screener.cli.worklist import open_worklist
from fhir_screener.cli.worklist_decide import open_desk
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.worklist import Row
from fhir_screener.screening.decision import Move, Person, Rejection, decision
from fhir_screener.screening.screening import Outcome
from fhir_screener.settings import Settings

Asked = tuple[Move, dict[str, object]]
MEI = Person("mei.lin", "Mei Lin")
_HL7 = "http://terminology.hl7.org/CodeSystem"


def no_hiv(patient: str, day: date) -> Json:
    """A negative HIV test that came back that day."""
    return {
        "resourceType": "Observation",
        "id": f"{patient}-day2",
        "status": "final",
        "code": _concept("http://loinc.org", "56888-1", "HIV 1+2 Ab+HIV1 p24 Ag [Presence] in Serum by Immunoassay"),
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": day.isoformat(),
        "issued": f"{day.isoformat()}T00:30:00Z",
        "valueString": "Non-reactive",
        "interpretation": [_concept(f"{_HL7}/v3-ObservationInterpretation", "NEG", "Negative")],
    }


def cancer(patient: str, day: date) -> Json:
    """A malignant neoplasm of the colon, diagnosed and confirmed that day."""
    return {
        "resourceType": "Condition",
        "id": f"{patient}-day2",
        "clinicalStatus": _concept(f"{_HL7}/condition-clinical", "active", "Active"),
        "verificationStatus": _concept(f"{_HL7}/condition-ver-status", "confirmed", "Confirmed"),
        "code": _concept("http://hl7.org/fhir/sid/icd-10-cm", "C18.9", "Malignant neoplasm of colon, unspecified"),
        "subject": {"reference": f"Patient/{patient}"},
        "onsetDateTime": day.isoformat(),
        "recordedDate": day.isoformat(),
    }


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}


@dataclass(frozen=True)
class Story:
    """What is done with one candidate, and what is written into the chart that day."""

    moves: tuple[Asked, ...] = ()
    writes: Callable[[str, date], Json] | None = None


_NOTE: Asked = (Move.NOTE, {"note": "Seen in clinic next week; ask then."})
CANDIDATES = (
    Story((_NOTE, (Move.ASSIGN, {"owner": MEI})), writes=no_hiv),
    Story((_NOTE,), writes=cancer),
    Story(((Move.ACCEPT, {"note": "Rang, keen. Visit on Thursday."}),)),
    Story(),
    Story(((Move.REJECT, {"reason": Rejection.DECLINED}),)),
    Story(writes=cancer),
    Story(writes=no_hiv),
)
"""Those waiting for an HIV test come first: its result changes what they answer."""
REVIEWS = (
    Story(((Move.REJECT, {"reason": Rejection.UNREACHABLE, "note": "No answer, three times."}),), writes=no_hiv),
    Story(((Move.SNOOZE, {"until": 14, "note": "In hospital elsewhere."}),)),
    Story(((Move.ASSIGN, {"owner": MEI}),)),
)


def live_through(settings: Settings, study: str, day: date) -> int:
    """The day after the first night: decide, and write records dated `day`. Returns how many decisions were made."""
    desk, servers, made = open_desk(settings), Servers(settings), 0
    for row, story in _cast(settings, study):
        for move, given in story.moves:
            until = day + timedelta(days=int(str(given["until"]))) if "until" in given else None
            desk.decide(study, row.patient, decision(move, MEI, day, **{**given, "until": until}))  # type: ignore[arg-type]
            made += 1
        if story.writes is not None:
            found = story.writes(row.patient, day)
            servers.source.put(f"{found['resourceType']}/{found['id']}", orjson.dumps(found))
    servers.close()
    return made


def _cast(settings: Settings, study: str) -> Iterator[tuple[Row, Story]]:
    """Who plays which story; where there are fewer people, the later stories are not told."""
    rows = list(open_worklist(settings).rows(study, [Outcome.CANDIDATE.value, Outcome.REVIEW.value]))
    for outcome, stories in ((Outcome.CANDIDATE, CANDIDATES), (Outcome.REVIEW, REVIEWS)):
        here = sorted(
            (row for row in rows if row.outcome == outcome.value), key=lambda row: (row.one_away != "hiv", row.patient)
        )
        yield from zip(here, stories, strict=False)
