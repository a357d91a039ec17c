"""A folder of mappings, small and made up, for what is done with study files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_screener.studies.lint import Checked, Remark, lint
from fhir_screener.studies.load import Catalog

SETS = {
    "gout": "kind: condition\ncodes: [{system: icd-10, items: [{code: M10, display: Gout, source: WHO}]}]\nnames: [gout]",
    "empty": "kind: condition\ncodes: []",
    "urate": 'kind: result\ncodes: [{system: loinc, items: [{code: "3084-1", display: Urate, source: LOINC}]}]',
    "no-loinc": 'kind: result\ncodes: [{system: loinc, items: [{code: "3084-2", display: Urate, source: a slip}]}]',
    "no-snomed": 'kind: condition\ncodes: [{system: snomed, items: [{code: "90560008", display: Gout, source: a slip}]}]',
    "colchicine": "kind: drug\ncodes: [{system: rxnorm, items: [{code: '2683', display: C, source: S, ingredient: c}]}]",
    "ordinary-drugs": "kind: ordinary\nstems: [-gliptin]\nnames: {blood: [warfarin, phenprocoumon]}",
    "warfarin": "kind: drug\nnames: {warfarin: [warfarin]}",
    "anticoagulants": "kind: drug\nnames: {warfarin: [warfarin], acenocoumarol: [acenocoumarol]}",
    "sitagliptin": "kind: drug\nnames: {sitagliptin: [sitagliptin]}",
    "gliptins": "kind: drug\nstems: [-gliptin]\nnames: {sitagliptin: [sitagliptin]}",
}
HEAD = """\
study: T1
title: A trial of gout
zone: Europe/Berlin
registry: {min_age: {unset: none}, max_age: {unset: none}}
"""
GOUT = "{id: I1, role: inclusion, text: Gout., settle: chart, rule: {condition: {in: [gout], match: judgement, refuted: not_met}}}"

Check = Callable[..., list[Remark]]


def folder(at: Path, *criteria: str, head: str = HEAD, tail: str = "anchor: I1\n") -> Path:
    """Mappings with one study, T1."""
    for name in ("studies", "valuesets"):
        (at / name).mkdir(exist_ok=True)
    for name, body in SETS.items():
        text = f"valueset: {name}\ntitle: {{en: {name}, zh: {name}}}\nversion: 1\n{body}\n"
        (at / "valuesets" / f"{name}.yaml").write_text(text, "utf-8")
    rows = "".join(f"  - {row}\n" for row in criteria or (GOUT,))
    (at / "studies" / "t1.yaml").write_text(f"{head}criteria:\n{rows}{tail}", "utf-8")
    return at


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """`check(criterion, ..., head=, tail=)` -> the remarks on the study."""

    def checked(*criteria: str, **more: str) -> list[Remark]:
        catalog = Catalog(folder(tmp_path, *criteria, **more))
        return lint(Checked(catalog.read("T1"), catalog))

    return checked
