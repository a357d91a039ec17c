"""Laboratory and bedside results, and the reports that carry them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fhir_screener.sandbox.hospital.dates import When
from fhir_screener.sandbox.hospital.laboratory import BEDSIDE, TESTS, Test
from fhir_screener.sandbox.hospital.pen import Day, Pen
from fhir_screener.sandbox.hospital.systems import (
    INTERPRETATION,
    LOCAL_LAB,
    LOINC,
    RESEARCH,
    SNOMED,
    Json,
    coding,
    concept,
    quantity,
)

_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
# What each result is called: SNOMED code and display, v3 interpretation code and display.
_WORDS = {
    ("negative", "presence"): ("260385009", "Negative", "NEG", "Negative"),
    ("negative", "detection"): ("260415000", "Not detected", "ND", "Not detected"),
    ("negative", "reaction"): ("131194007", "Non-Reactive", "NR", "Non-reactive"),
    ("positive", "presence"): ("10828004", "Positive", "POS", "Positive"),
    ("positive", "detection"): ("260373001", "Detected", "DET", "Detected"),
    ("positive", "reaction"): ("11214006", "Reactive", "RR", "Reactive"),
    ("weak", "presence"): ("260408008", "Weakly positive", "WR", "Weakly reactive"),
    ("weak", "reaction"): ("260408008", "Weakly positive", "WR", "Weakly reactive"),
    ("indeterminate", "presence"): ("82334004", "Indeterminate", "IND", "Indeterminate"),
}
IMAGING = {
    "ct": ("24627-2", "CT Chest", "胸部CT"),
    "ct-plain": ("29252-4", "CT Chest WO contrast", "胸部CT平扫"),
    "x-ray": ("36643-5", "XR Chest 2 Views", "胸部正侧位片"),
}
Value = str | float | int | Json


class Results(Pen):
    """Observations and DiagnosticReports."""

    def test(
        self,
        key: str,
        on: Day,
        value: Value,
        *,
        status: str = "final",
        naming: str = "",
        comparator: str = "",
        unit: str = "",
        flag: str | None = None,
        subject: bool = True,
        timing: Json | None = None,
        **more: Any,
    ) -> Json:
        """One Observation. `value`: negative, positive, weak, indeterminate, a number, other words, a ready value[x].

        `naming`: loinc, both (LOINC and local code), local (local code and name only); by default loinc or both.
        `unit` replaces the catalogue's; `flag` is an interpretation code; `timing` are the elements that date it, where
        several results share them; `more` are further elements of the resource.
        """
        test = TESTS[key]
        self.touched.add(key)
        body: Json = {
            "status": status,
            "category": [concept(_CATEGORY, "vital-signs" if key in BEDSIDE else "laboratory")],
            "code": self._code(test, naming or self.rng.choice(("loinc", "loinc", "both"))),
            "subject": self.patient if subject else None,
            **(timing or self.timing(on)),
            **self._value(test, value, comparator, unit),
            **more,
        }
        if flag:
            body["interpretation"] = [concept(INTERPRETATION, flag)]
        return self.write("Observation", body)

    def timing(self, on: Day) -> Json:
        """When a result is from: mostly effectiveDateTime, now and then a period within the day, or `issued` alone."""
        style = self.rng.random()
        day = self.day(on)
        if isinstance(on, When) and style < 0.03:
            return {"issued": f"{day}T15:40:00+08:00"}
        if isinstance(on, When) and style < 0.06:
            return {"effectivePeriod": {"start": f"{day}T08:05:00+08:00", "end": f"{day}T08:10:00+08:00"}}
        return {"effectiveDateTime": self.moment(on)}

    def _code(self, test: Test, naming: str) -> Json:
        local = coding(LOCAL_LAB, test.local, test.chinese)
        if naming == "local":
            return {"coding": [local], "text": test.chinese}
        codings = [coding(LOINC, test.loinc, test.name)]
        return {"coding": [*codings, local] if naming == "both" else codings}

    def _value(self, test: Test, value: Value, comparator: str, unit: str) -> Json:
        if isinstance(value, dict):
            return value
        if isinstance(value, str):
            words = _WORDS.get((value, test.kind))
            return self._coded(words) if words else {"valueString": value}
        made: Json = {"valueQuantity": quantity(value, unit or test.unit, "", comparator)}
        limits = [("low", test.low), ("high", test.high)]
        if not unit and (known := {side: quantity(x, test.unit) for side, x in limits if x is not None}):
            made["referenceRange"] = [known]
            mark = "L" if "low" in known and value < known["low"]["value"] else ""
            mark = "H" if "high" in known and value > known["high"]["value"] else mark
            if mark and test.key not in ("anti-hbs", "hbv-load", "hiv-load", "hbsag-level"):
                made["interpretation"] = [concept(INTERPRETATION, mark)]
        return made

    def _coded(self, words: tuple[str, str, str, str]) -> Json:
        """A result in codes: as the value, as value and interpretation, or (some analysers) as interpretation alone."""
        code, display, flag, flag_display = words
        style = self.rng.random()
        made: Json = {}
        if style < 0.9:
            made["valueCodeableConcept"] = concept(SNOMED, code, display)
        if style > 0.45:
            made["interpretation"] = [concept(INTERPRETATION, flag, flag_display)]
        return made

    def part(self, key: str, value: float) -> Json:
        """A component of a panel, in the catalogue's unit."""
        test = TESTS[key]
        return {"code": self._code(test, "loinc"), "valueQuantity": quantity(value, test.unit)}

    def score(self, on: Day, points: float, organs: Sequence[tuple[str, str]], **more: Any) -> Json:
        """The investigator's ACR/EULAR score; `organs` with characteristic involvement are (SNOMED code, word)."""
        organ = coding(RESEARCH, "acr-eular-2019-igg4rd-organ", "Organ with characteristic involvement")
        found = [
            {"code": {"coding": [organ]}, "valueCodeableConcept": concept(SNOMED, code, "", word)}
            for code, word in organs
        ]
        return self.write(
            "Observation",
            {
                "status": "final",
                "category": [concept(_CATEGORY, "survey")],
                "code": concept(RESEARCH, "acr-eular-2019-igg4rd-score", "", "2019 ACR/EULAR score, total"),
                "subject": self.patient,
                "effectiveDateTime": self.moment(on),
                "valueQuantity": quantity(points, "points", "{score}"),
                "component": found or None,
                **more,
            },
        )

    def panel(self, key: str, on: Day, members: Sequence[Json], timing: Json) -> Json:
        """A panel Observation that only points to its members (hasMember)."""
        refs = [{"reference": f"Observation/{member['id']}"} for member in members]
        return self.test(key, on, {"hasMember": refs}, timing=timing)

    def report(self, name: str, code: Json, on: Day, *, section: str = "LAB", **more: Any) -> Json:
        """A DiagnosticReport; `section` is the v2-0074 code of the department, `more` its other elements."""
        department = concept("http://terminology.hl7.org/CodeSystem/v2-0074", section)
        code = code if code else {"text": name}
        body = {"status": "final", "category": [department], "code": code, "subject": self.patient}
        return self.write("DiagnosticReport", {**body, "effectiveDateTime": self.moment(on), **more})

    def results_report(self, name: str, on: Day, members: Sequence[Json]) -> Json:
        """A laboratory report that points to its results."""
        refs = [{"reference": f"Observation/{member['id']}"} for member in members]
        return self.report(name, {}, on, result=refs)

    def chest_image(self, on: Day, *codes: tuple[str, str], words: str = "", status: str = "final") -> Json:
        """A chest CT or film; `codes` are SNOMED conclusion codes with displays, `words` the radiologist's sentence."""
        loinc, english, chinese = IMAGING[self.rng.choice(tuple(IMAGING))]
        code = concept(LOINC, loinc, english, self.words(english, chinese))
        coded = [concept(SNOMED, number, display) for number, display in codes] or None
        made = self.report(english, code, on, section="RAD", conclusionCode=coded, conclusion=words or None)
        made["status"] = status
        return made

    def unavailable(self, key: str, on: Day, reason: str = "not-performed") -> Json:
        """A test that was ordered but has no result (dataAbsentReason)."""
        return self.test(key, on, {"dataAbsentReason": concept(_ABSENT, reason)})
