"""Drugs as the wards, the pharmacy and the patient record them: statement, order, hand-over, administration."""

from __future__ import annotations

from typing import Any, NamedTuple

from fhir_screener.sandbox.hospital.formulary import DRUGS, ROUTES, Drug
from fhir_screener.sandbox.hospital.pen import Day, Pen
from fhir_screener.sandbox.hospital.systems import ATC, LOCAL_DRUG, RXNORM, SHORT, Json, coding, concept, quantity


class Dose(NamedTuple):
    """`mg` each time, `times` in one `unit` of time (d, wk); `upper` makes it a range; `text` overrides the words."""

    mg: float
    times: int = 1
    unit: str = "d"
    upper: float = 0
    text: str = ""


class Drugs(Pen):
    """MedicationStatement, MedicationRequest, MedicationDispense and MedicationAdministration."""

    def _codings(self, drug: Drug) -> dict[str, list[Json]]:
        """The ways this drug can be coded: ingredient, product, ATC, ingredient and local code together."""
        ways: dict[str, list[Json]] = {}
        local = coding(LOCAL_DRUG, drug.local, drug.chinese)
        if drug.rxnorm:
            ways["ingredient"] = [coding(RXNORM, drug.rxnorm, drug.name)]
            ways["both"] = [*ways["ingredient"], local]
        if drug.products:
            product = self.rng.choice(drug.products)
            ways["product"] = [coding(RXNORM, product.code, product.display)]
        if drug.atc:
            ways["atc"] = [coding(ATC, self.rng.choice(drug.atc), drug.name)]
        ways["local"] = [local]
        return ways

    def medication(self, name: str, form: str = "") -> Json:
        """medication[x]: coded in place, by reference to the formulary, or contained.

        `form`: ingredient, both, product, atc, local (local code and Chinese name), formulary, contained, text.
        By default one of the coded forms.
        """
        drug = DRUGS[name]
        ways = self._codings(drug)
        known = [way for way in ways if way != "local"]
        form = form or self.rng.choice((*known, *known, "formulary", "contained"))
        if form == "formulary":
            return {"medicationReference": {"reference": f"Medication/{drug.local}"}}
        if form == "contained":
            inner = {"resourceType": "Medication", "id": "med", "code": {"coding": ways[self.rng.choice(known)]}}
            return {"contained": [inner], "medicationReference": {"reference": "#med"}}
        if form == "text":
            return {"medicationCodeableConcept": {"text": self.words(drug.name, drug.chinese)}}
        named = {"text": drug.chinese} if form == "local" else {}
        return {"medicationCodeableConcept": {"coding": ways[form], **named}}

    def dosage(self, name: str, dose: Dose | None, route: str = "") -> Json:
        """A Dosage in mg; `route` by default the drug's usual one."""
        where = ROUTES[route or DRUGS[name].route]
        if dose is None:
            return {"route": where}
        made: Json = {"route": where, "text": dose.text or self._say(dose)}
        made["timing"] = {"repeat": {"frequency": dose.times, "period": 1, "periodUnit": dose.unit}}
        if dose.upper:
            amount: Json = {"doseRange": {"low": quantity(dose.mg, "mg"), "high": quantity(dose.upper, "mg")}}
        else:
            amount = {"doseQuantity": quantity(dose.mg, "mg")}
        made["doseAndRate"] = [amount]
        return made

    def _say(self, dose: Dose) -> str:
        amount = f"{dose.mg:g}-{dose.upper:g}" if dose.upper else f"{dose.mg:g}"
        often = {("d", 1): ("once daily", "每日1次"), ("wk", 1): ("once weekly", "每周1次")}
        english, chinese = often.get((dose.unit, dose.times), (f"{dose.times} times daily", f"每日{dose.times}次"))
        return self.words(f"{amount} mg {english}", f"{amount}mg {chinese}")

    def statement(
        self,
        name: str,
        since: Day = None,
        until: Day = None,
        *,
        at: Day = None,
        status: str = "active",
        dose: Dose | None = None,
        asserted: Day = None,
        form: str = "",
        route: str = "",
        med: Json | None = None,
        **more: Any,
    ) -> Json:
        """What the patient is said to take: a period (`since`, `until`) or a single day (`at`)."""
        period = {"start": self.day(since), "end": self.day(until)} if since or until else None
        body: Json = {"status": status, **(med or self.medication(name, form)), "subject": self.patient}
        if period:
            body["effectivePeriod"] = {side: day for side, day in period.items() if day}
        if at:
            body["effectiveDateTime"] = self.moment(at)
        body["dateAsserted"] = self.day(asserted)
        body["dosage"] = [self.dosage(name, dose, route)]
        return self.write("MedicationStatement", {**body, **more})

    def order(
        self,
        name: str,
        authored: Day,
        *,
        status: str = "active",
        intent: str = "order",
        dose: Dose | None = None,
        form: str = "",
        route: str = "",
        med: Json | None = None,
        **more: Any,
    ) -> Json:
        """A doctor's order (MedicationRequest)."""
        body: Json = {"status": status, "intent": intent, **(med or self.medication(name, form))}
        body["subject"] = self.patient
        body["authoredOn"] = self.moment(authored)
        body["dosageInstruction"] = [self.dosage(name, dose, route)]
        return self.write("MedicationRequest", {**body, **more})

    def handed_over(
        self,
        name: str,
        on: Day,
        days: int | None = None,
        *,
        dose: Dose | None = None,
        status: str = "completed",
        form: str = "",
        **more: Any,
    ) -> Json:
        """The pharmacy's hand-over (MedicationDispense); `days` of supply, or not recorded."""
        body: Json = {"status": status, **self.medication(name, form), "subject": self.patient}
        body["daysSupply"] = quantity(days, "d") if days else None
        body["whenHandedOver"] = self.moment(on)
        body["dosageInstruction"] = [self.dosage(name, dose)]
        return self.write("MedicationDispense", {**body, **more})

    def given(
        self,
        name: str,
        on: Day,
        mg: float = 0,
        *,
        status: str = "completed",
        form: str = "",
        route: str = "",
        med: Json | None = None,
        **more: Any,
    ) -> Json:
        """A dose given on the ward (MedicationAdministration), in mg where one is recorded."""
        body: Json = {"status": status, **(med or self.medication(name, form)), "subject": self.patient}
        body["effectiveDateTime"] = self.moment(on)
        dosage: Json = {"route": ROUTES[route or DRUGS[name].route]}
        if mg:
            dosage["dose"] = quantity(mg, "mg")
        body["dosage"] = dosage
        return self.write("MedicationAdministration", {**body, **more})

    def tablets(self, name: str, number: float, often: int = 1) -> tuple[Json, Json]:
        """The drug as a counted product and a dosage in its tablets: (medication[x], Dosage)."""
        drug = DRUGS[name]
        product = next(item for item in drug.products if item.strength)
        med = {"medicationCodeableConcept": {"coding": [coding(RXNORM, product.code, product.display)]}}
        dosage: Json = {"route": ROUTES[drug.route], "text": self.words(f"{number:g} tablets", f"每次{number:g}片")}
        dosage["timing"] = {"repeat": {"frequency": often, "period": 1, "periodUnit": "d"}}
        dosage["doseAndRate"] = [{"doseQuantity": quantity(number, "tablet", "{tbl}")}]
        return med, dosage

    @staticmethod
    def because(diagnosis: tuple[str, str, str]) -> list[Json]:
        """reasonCode of an order or statement: (system, code, display)."""
        system, code, display = diagnosis
        return [concept(SHORT[system], code, display)]
