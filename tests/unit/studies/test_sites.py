"""Site files: what they may say, and what they are told when they say anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.errors import MappingError, UsageError
from fhir_screener.studies.load import Catalog
from fhir_screener.studies.sites import Overlay, load_site
from fhir_screener.terminology.coding import LOINC, Coding, Concept
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.site import Range

ROOT = Path(__file__).parents[3]
SETS = ("hbsag", "anti-hbc", "b-cell-depleting", "serum-igg4")
WHOLE = """
site: here
title: Our Hospital
codes:
  - system: urn:oid:2.999.1
    items:
      - {code: "0231", name: HBsAg 2, means: loinc|5196-1}
      - {code: 77, in: hbsag}
      - {code: RTX, in: b-cell-depleting, ingredient: rituximab}
      - {code: X1, ignore: true}
names:
  hbsag: [两对半之一]
  b-cell-depleting: {rituximab: [特药A]}
words: {positive: [超界], negative: [未超界], none: [样本丢失]}
complete: [MedicationRequest, {type: Condition, since: 2015-01-01}]
decimal: comma
test_patients: ["测试*"]
ranges: [{of: serum-igg4, unit: g/L, high: 1.35}]
ignore: [院内 1 号方]
"""


def read(tmp_path: Path, text: str, name: str = "here") -> Overlay:
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return load_site(path, SETS)


def test_everything_a_site_may_say(tmp_path: Path) -> None:
    overlay = read(tmp_path, WHOLE)
    site = overlay.site
    assert site.title == "Our Hospital"
    assert site.means == {("urn:oid:2.999.1", "0231"): Coding(LOINC, "5196-1")}
    assert site.listed == {("urn:oid:2.999.1", "77"), ("urn:oid:2.999.1", "RTX")}
    assert site.ignored == {("urn:oid:2.999.1", "X1")}
    assert [(e.code, e.ingredient) for e in overlay.codes["b-cell-depleting"]] == [("RTX", "rituximab")]
    assert overlay.names == {"hbsag": {"": ("两对半之一",)}, "b-cell-depleting": {"rituximab": ("特药A",)}}
    assert site.words == {
        "超界": Polarity.POSITIVE,
        "未超界": Polarity.NEGATIVE,
        "样本丢失": Polarity.NONE,
    }
    assert site.complete == {"MedicationRequest": None, "Condition": "2015-01-01"}
    assert site.decimal_comma
    assert site.test_names == ("测试*",)
    assert site.ranges == {"serum-igg4": (Range("g/L", None, 1.35),)}
    assert site.understands(Concept((), "院内 1 号方"))


def test_headings_may_stand_empty(tmp_path: Path) -> None:
    overlay = read(tmp_path, "site: here\ncodes:\nnames:\nwords:\ncomplete:\nranges:\nignore:\ntest_patients:\n")
    assert overlay.site.title == "here"
    assert (overlay.codes, overlay.names) == ({}, {})


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("decimal: dot", 2, "'dot' is no decimal mark"),
        ("colour: red", 2, "unknown key 'colour'"),
        ("codes:\n  - {system: loinc, items: []}", 3, "a standard code system"),
        ("codes:\n  - {system: http://snomed.info/sct, items: []}", 3, "a standard code system"),
        ("codes:\n  - {system: local, items: []}", 3, "a standard code system"),
        ("codes:\n  - system: urn:x\n    items: [{code: A}]", 4, "exactly one of `means`, `in` and `ignore`"),
        ("codes:\n  - system: urn:x\n    items: [{code: A, in: hbsag, ignore: true}]", 4, "exactly one"),
        ("codes:\n  - system: urn:x\n    items: [{code: A, ignore: false}]", 4, "`ignore` is true, or is left out"),
        ("codes:\n  - system: urn:x\n    items: [{code: A, means: 5196-1}]", 4, "write system|code"),
        ("codes:\n  - system: urn:x\n    items: [{code: A, means: loinc|}]", 4, "write system|code"),
        ("codes:\n  - system: urn:x\n    items: [{code: A, in: hbsga}]", 4, "there is no value set 'hbsga'"),
        ("codes:\n  - system: urn:x\n    items: [{code: A, in: [hbsag, anti-hbc]}]", 4, "the name of one value set"),
        ("codes:\n  - system: urn:x\n    items: [{code: A, in: hbsag, as: x}]", 4, "unknown key 'as'"),
        ("codes:\n  - system: urn:x\n    items: [{code: 1.50, in: hbsag}]", 4, "put it in quotes"),
        (
            "codes:\n  - system: urn:x\n    items:\n      - {code: A, in: hbsag}\n      - {code: A, ignore: true}",
            6,
            "stands there twice",
        ),
        ("names: {hbsga: [x]}", 2, "there is no value set 'hbsga'"),
        ("names: {hbsag: [{x: y}]}", 2, "expected words"),
        ("names: {hbsag: [两对半之一]}\nignore: [两对半之一]", 2, "stands under `ignore` too"),
        ("words: {good: [x]}", 2, "unknown key 'good'"),
        ("words: {negative: [阳性]}", 2, "is read as positive everywhere"),
        ("words: {negative: [x], positive: [X]}", 2, "stands in two lists"),
        ("complete: [MedicationStatment]", 2, "no type that is read"),
        ("complete: [{type: Condition, since: lately}]", 2, "is no date"),
        ("ranges: [{of: serum-igg4, unit: g/L}]", 2, "needs `low`, `high` or both"),
        ("ranges: [{of: serum-igg4, unit: g/L, low: 2, high: 1}]", 2, "not below the upper"),
        ("ranges: [{of: serum-igg4, high: 1}]", 2, "`unit` is missing"),
        ("ranges:\n  - {of: serum-igg4, unit: g/L, high: 1}\n  - {of: serum-igg4, unit: g/L, low: 1}", 4, "already"),
        ("ignore: [12]", 2, "put them in quotes"),
        ("test_patients: {a: b}", 2, "expected words"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_what_to_do(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(MappingError) as raised:
        read(tmp_path, f"site: here\n{text}\n")
    assert str(raised.value).startswith(f"{tmp_path / 'here.yaml'}:{line}: ")
    assert said in str(raised.value)


def test_a_site_goes_by_the_name_of_its_file(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="they must agree"):
        read(tmp_path, "site: there\n")


def test_an_unknown_site_is_told_which_there_are() -> None:
    with pytest.raises(UsageError, match=r"there is no site 'nowhere'.*known are .*example"):
        Catalog(ROOT / "mappings", "nowhere").load(["NCT04660565"])
    with pytest.raises(UsageError, match="there is no site"):
        Catalog(ROOT / "mappings", "../valuesets/hbsag").load(["NCT04660565"])


def test_names_and_codes_of_the_site_are_in_its_value_sets_and_in_no_other_sites(tmp_path: Path) -> None:
    path = tmp_path / "here.yaml"
    path.write_text(WHOLE, "utf-8")
    here = Catalog(ROOT / "mappings", str(path)).load(["NCT04660565"])
    nowhere = Catalog(ROOT / "mappings").load(["NCT04660565"])
    for concept, name in (
        (Concept((Coding("urn:oid:2.999.1", "0231"),)), "hbsag"),
        (Concept((Coding("urn:oid:2.999.1", "77"),)), "hbsag"),
        (Concept((), "两对半之一"), "hbsag"),
        (Concept((), "特药A 500mg"), "b-cell-depleting"),
    ):
        assert name in here.terminology.classify(concept)
        assert name not in nowhere.terminology.classify(concept)
    assert here.terminology.classify(Concept((), "特药A 500mg"))["b-cell-depleting"].ingredient == "rituximab"


def test_the_overlay_is_part_of_the_mappings_checksum(tmp_path: Path) -> None:
    path = tmp_path / "here.yaml"
    sums = [Catalog(ROOT / "mappings").study("NCT04660565").checksum]
    for text in ("site: here\n", "site: here\nignore: [x]\n"):
        path.write_text(text, "utf-8")
        sums.append(Catalog(ROOT / "mappings", str(path)).study("NCT04660565").checksum)
    assert len(set(sums)) == 3
