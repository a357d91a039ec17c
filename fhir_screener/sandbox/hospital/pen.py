"""The pen a chart is written with: it knows the patient, the as-of date and the dice, and numbers the records.

`results.py`, `drugs.py` and `papers.py` add what can be written; `Charting` in `charting.py` is all of them together.
Every id follows from the order of writing, so the same dice give the same bytes.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta, timezone

from fhir_screener.sandbox.hospital.dates import When
from fhir_screener.sandbox.hospital.diagnoses import DIAGNOSES
from fhir_screener.sandbox.hospital.people import Person
from fhir_screener.sandbox.hospital.systems import LOCAL_DIAGNOSIS, Json, concept

_ZONE = timezone(timedelta(hours=8))
_CODES = "http://terminology.hl7.org/CodeSystem/"
Day = When | str | None


class Pen:
    """Writes into `records`; `touched` are the tests a situation owns, which the daily routine must leave alone."""

    def __init__(self, person: Person, as_of: date, rng: random.Random) -> None:
        self.person, self.as_of, self.rng = person, as_of, rng
        self.records: list[Json] = []
        self.touched: set[str] = set()
        self.patient: Json = {"reference": f"Patient/{person.id}"}
        self.head: Json = {}

    def write(self, kind: str, body: Json) -> Json:
        """Keep one record of a resource type; None values are left out. Returns it."""
        number = len(self.records) + 1
        made: Json = {"resourceType": kind, "id": f"{self.person.id}-{number}", "meta": {"versionId": "1"}}
        made.update((key, value) for key, value in body.items() if value is not None)
        self.records.append(made)
        return made

    def copy(self, record: Json) -> None:
        """The same record once more under another id, as an interface that ran twice leaves it."""
        own = ("resourceType", "id", "meta")
        self.write(record["resourceType"], {key: value for key, value in record.items() if key not in own})

    def day(self, day: Day) -> str | None:
        """A FHIR date: the day of a `When`, or a partial date as given."""
        return day.on(self.as_of).isoformat() if isinstance(day, When) else day

    def moment(self, day: Day, *, plain: bool = False) -> str | None:
        """A FHIR dateTime on that day in the hospital's zone: day alone, with offset, or the same instant in UTC."""
        style = self.rng.random()
        if not isinstance(day, When) or plain or style < 0.3:
            return self.day(day)
        # From 9 to 18 o'clock the UTC instant falls on the same day, so that style never moves a date.
        clock = time(self.rng.randint(9, 17), self.rng.choice((0, 5, 15, 20, 30, 45)))
        stamp = datetime.combine(day.on(self.as_of), clock, _ZONE)
        if style < 0.9:
            return stamp.isoformat()
        return stamp.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def words(self, english: str, chinese: str) -> str:
        """What the doctor of this patient writes."""
        return chinese if self.person.chinese else english

    def problem(
        self,
        key: str,
        onset: Day = None,
        *,
        recorded: Day = None,
        ended: Day = None,
        clinical: str | None = "active",
        verified: str | None = "confirmed",
        category: str | None = "problem-list-item",
        system: str = "",
        text: str = "",
        visit: Json | None = None,
    ) -> Json:
        """A Condition of the catalogue by one of its codes; `system="none"`: in words, perhaps with a local code."""
        entry = DIAGNOSES[key]
        said = text or (self.words(entry.english, entry.chinese) if self.rng.random() < 0.7 else "")
        if system == "none":
            code: Json = {"text": said or self.words(entry.english, entry.chinese)}
            if self.rng.random() < 0.5:
                code["coding"] = [{"system": LOCAL_DIAGNOSIS, "code": f"ZD{len(key):02d}", "display": code["text"]}]
        else:
            code = {"coding": [entry.in_system(system) if system else self.rng.choice(entry.codings)]}
            if said:
                code["text"] = said
        return self.write(
            "Condition",
            {
                "clinicalStatus": clinical and concept(_CODES + "condition-clinical", clinical),
                "verificationStatus": verified and concept(_CODES + "condition-ver-status", verified),
                "category": [concept(_CODES + "condition-category", category)] if category else None,
                "code": code,
                "subject": self.patient,
                "encounter": visit,
                "onsetDateTime": self.day(onset),
                "abatementDateTime": self.day(ended),
                "recordedDate": self.day(recorded or onset),
            },
        )
