"""Resources as the store writes them, one of each kind: examples of the FHIR package, checked against its profiles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.coded import Json, extensions
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.fhir.task.merge import closed, merged
from fhir_screener.fhir.task.names import Withdrawal
from fhir_screener.fhir.task.provenance import device_reference, move_record, provenance
from fhir_screener.fhir.task.support import StudySheet, device, research_study
from fhir_screener.fhir.task.sweep_record import sweep_record, sweep_task
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.decision import Move, Person, decision
from fhir_screener.screening.report import make_report
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.sweep_plan import ChunkResult, Head, State
from tests.builders.screenings import excluded, nested, screening

EXAMPLES = Path(__file__).parents[2] / "fhir-package" / "examples"
STUDY = "NCT04660565"
CT_GOV = "http://clinicaltrials.gov"
IDENTITY = Identity(b"a key for examples only", "ehr")
SETTING = Setting(IDENTITY, pool="Organization/trials", studies={STUDY: f"ResearchStudy/{IDENTITY.study(STUDY)}"})
ABROAD = Setting(IDENTITY, patient_base="https://ehr.example/fhir/R4")
NOW = datetime(2021, 3, 1, 18, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
KEPT = screening()
HEAD = Head(
    sweep="2021-03-02T0230",
    studies={STUDY: KEPT.checksum},
    as_of=date(2021, 3, 2),
    zone="Asia/Shanghai",
    started=NOW,
    state=State.RUNNING,
)


def examples() -> dict[str, Json]:
    """{name: resource}, the Tasks in every state that a sweep leaves or finds them in."""
    new = new_task(KEPT, SETTING, NOW)
    rejected = {**new, "status": "rejected", "statusReason": {"text": "does not want to take part"}}
    rejected["extension"] = [{"url": names.DECIDED_ON_EXT, "valueString": "sha256:00"}]
    held = {**new, "status": "on-hold", "owner": {"reference": "Practitioner/anna"}, "note": [{"text": "rang her"}]}
    held["extension"] = [{"url": names.RESUME_ON_EXT, "valueDate": "2021-05-01"}]
    waiting = screening(outcome=Outcome.LATER, eligible_from=date(2021, 6, 1), criteria=nested().criteria)
    survivor = screening(outcome=Outcome.NOT_SCREENABLE, criteria=(), shown=False, replaced_by="Patient/p2")
    tasks = {
        "candidate": new,
        "review": new_task(replace(nested(), outcome=Outcome.REVIEW), SETTING, NOW),
        "later": new_task(waiting, SETTING, NOW),
        "on-another-server": new_task(KEPT, ABROAD, NOW),
        "identifier-only": new_task(KEPT, replace(ABROAD, literal_patients=False), NOW),
        "refreshed": merged(new, waiting, Action.REFRESH, LATER, SETTING),
        "withdrawn": merged(new, excluded(), Action.WITHDRAW, LATER, SETTING),
        "marked": merged(held, excluded(), Action.MARK, LATER, SETTING),
        "rejected": rejected,
        "resurfaced": merged(rejected, waiting, Action.RESURFACE, LATER, SETTING),
        "merged-away": merged(new, survivor, Action.CLOSE, LATER, SETTING),
        "study-closed": closed(new, Withdrawal.STUDY_CLOSED, LATER, touched=False),
    }
    return tasks | _beside(str(new["id"]), extensions(tasks["refreshed"], names.CHANGE_EXT))


def _beside(task: str, changed: list[Json]) -> dict[str, Json]:
    """The resources that stand beside the Tasks."""
    done = replace(HEAD, state=State.DONE, ended=NOW + timedelta(minutes=12), patients=3)
    result = ChunkResult(read=3, outcomes={STUDY: {"candidate": 1, "excluded": 2}}, actions={STUDY: {"created": 1}})
    agent = device_reference(f"Device/{IDENTITY.device('0.1.0')}", "0.1.0")
    written = provenance(f"Task/{task}", Action.CREATE, KEPT, NOW, agent)
    later = decision(Move.SNOOZE, Person("anna", "Anna Weiss"), LATER.date(), until=date(2021, 5, 1))
    return {
        "study": research_study(StudySheet(STUDY, "Belimumab for IgG4-related disease", CT_GOV), IDENTITY),
        "device": device("0.1.0", IDENTITY),
        "sweep-begun": sweep_task(HEAD, IDENTITY),
        "sweep-ended": sweep_record(done, make_report(done, [result], NOW).to_wire(), IDENTITY),
        "provenance": _named(written),
        "provenance-changed": _named(provenance(f"Task/{task}", Action.REFRESH, KEPT, LATER, agent, changed)),
        "provenance-decided": _named(move_record(f"Task/{task}", later, LATER, agent)),
    }


def _named(record: Json) -> Json:
    return {**record, "id": IDENTITY.provenance(record["target"][0]["reference"], str(record["recorded"]))}


def example_files() -> dict[str, bytes]:
    """{file name: text} of `fhir-package/examples`."""
    return {f"{name}.json": orjson.dumps(body, option=orjson.OPT_INDENT_2) + b"\n" for name, body in examples().items()}


if __name__ == "__main__":
    for name, text in example_files().items():
        (EXAMPLES / name).write_bytes(text)
