"""The value set files themselves: their shape, their check digits, and that no trap is caught by a set that decides."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from fhir_screener.studies.valuesets import ValueSetFolder
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.result_words import read_words
from fhir_screener.terminology.terms import Terminology

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "mappings" / "valuesets"
CODES = ROOT.parent / "shared" / "clinical" / "codes.json"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

KEYS = {"stems", "unlike", "valueset", "title", "kind", "version", "codes", "exclude", "include", "names", "kept_for"}
KINDS = {"condition", "drug", "result", "procedure", "vaccine", "value", "ordinary"}
ABBREVIATIONS = {
    "CXR",
    "INR",
    "PLT",
    "MMF",
    "MTX",
    "HCQ",
    "RTX",
    "CTX",
    "CYC",
    "AZA",
    "CsA",
    "CYA",
    "TAC",
    "LEF",
    "SSZ",
    "HBV",
    "HIV",
    "TB",
    "PTB",
    "AKI",
    "CHF",
    "HCG",
    "UPT",
    "AEC",
    "AML",
    "BCC",
    "CKD",
    "CLL",
    "CML",
    "LCH",
    "MDS",
    "MPN",
    "NHL",
    "PJP",
    "RCC",
    "RVD",
}
"""Three letters that, as a drug, an image, a test or a disease, mean little else; where they do, their set is only reviewed."""
PREFIX = {"icd-10", "icd-10-cm", "icd-9-cm", "icd-9-cm-3-cn", "icd-11", "atc"}
EXACT = {"icd-10-pcs", "cpt", "loinc", "snomed", "rxnorm", "cvx", "interpretation", "local"}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe, and quick where the C library is there."""


@cache
def read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((FOLDER / f"{name}.yaml").read_text("utf-8"), Loader=Loader)
    return loaded


def items(name: str, key: str = "codes") -> list[tuple[str, dict[str, Any]]]:
    return [(group["system"], item) for group in read(name).get(key, []) for item in group["items"]]


def normal(system: str, code: str) -> str:
    return code.replace(".", "").upper() if system in PREFIX else code


@cache
def entries(name: str, key: str) -> frozenset[tuple[str, str]]:
    own = {(system, normal(system, item["code"])) for system, item in items(name, key)}
    return frozenset(own.union(*(entries(part, key) for part in read(name).get("include", []))))


def holds(name: str, system: str, code: str) -> bool:
    """Whether the set holds the code: by prefix where the system has prefixes, the longest listed one deciding."""
    plain = normal(system, code)
    for length in range(len(plain), 0 if system in PREFIX else len(plain) - 1, -1):
        if (system, plain[:length]) in entries(name, "codes"):
            return True
        if (system, plain[:length]) in entries(name, "exclude"):
            return False
    return False


def luhn(code: str) -> bool:
    """The mod 10 check of LOINC. In an answer code (LA...) the letters weigh in: by 5 or 8, as they fall on even or odd."""
    digits = [int(d) for d in re.sub(r"\D", "", code)]
    letters = (8 if len(digits) % 2 == 0 else 5) if code.startswith("LA") else 0
    return (letters + sum(sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(reversed(digits)))) % 10 == 0


D5 = [[(i + j) % 5 if i < 5 and j < 5 else 0 for j in range(10)] for i in range(10)]
for i in range(10):
    for j in range(10):
        turned = (i - j) % 5 if i >= 5 else (i + j) % 5
        D5[i][j] = turned + (0 if (i < 5) == (j < 5) else 5)
PERMUTE = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
while len(PERMUTE) < 8:
    PERMUTE.append([PERMUTE[-1][PERMUTE[1][k]] for k in range(10)])


def verhoeff(number: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(number)):
        check = D5[check][PERMUTE[place % 8][int(digit)]]
    return check == 0


def test_the_check_digit_rules_know_right_from_wrong() -> None:
    assert luhn("5196-1")
    assert luhn("LA6576-8")
    assert luhn("LA11883-8")
    assert not luhn("LA11883-3")
    assert not luhn("38372-3")
    assert verhoeff("77386006")
    assert verhoeff("113541000119102")
    assert not verhoeff("77386007")
    assert not verhoeff("77380686")


@pytest.mark.parametrize("name", NAMES)
def test_the_file_has_the_agreed_shape(name: str) -> None:
    file = read(name)
    assert not file.keys() - KEYS
    assert file["valueset"] == name
    assert file["title"].keys() == {"en", "zh"}
    assert all(file["title"].values())
    assert file["kind"] in KINDS
    assert isinstance(file["version"], int)
    assert file.get("codes") or file.get("include") or file.get("names")
    assert set(file.get("include", [])) <= set(NAMES) - {name}


@pytest.mark.parametrize("name", NAMES)
def test_every_code_has_display_and_source_and_drugs_their_ingredient(name: str) -> None:
    drug = read(name)["kind"] == "drug"
    for system, item in [*items(name), *items(name, "exclude")]:
        assert system in PREFIX | EXACT
        assert not item.keys() - {"code", "display", "source", "ingredient", "strength"}, item
        assert isinstance(item["code"], str), item
        assert item["display"].strip(), item
        assert item["source"].strip(), item
        assert not re.search(r"https?:|www\.|\w/\w*\.(json|csv|xml)|pypi|github", item["source"]), item
        assert ("ingredient" in item) == drug, item
        if drug:
            assert item["ingredient"] == item["ingredient"].lower()
        if "strength" in item:
            assert item["strength"]["value"] > 0
            assert item["strength"]["unit"] in {"mg", "mg/mL"}
            assert f"{item['strength']['value']:g} {item['strength']['unit']}".lower() in item["display"].lower()


@pytest.mark.parametrize("name", NAMES)
def test_no_code_twice_and_none_both_in_and_out(name: str) -> None:
    for key in ("codes", "exclude"):
        listed = [(system, normal(system, item["code"])) for system, item in items(name, key)]
        assert len(listed) == len(set(listed))
    own = {(system, normal(system, item["code"])) for system, item in items(name, "exclude")}
    assert not entries(name, "codes") & own


@pytest.mark.parametrize("name", NAMES)
def test_check_digits(name: str) -> None:
    for system, item in [*items(name), *items(name, "exclude")]:
        if system == "loinc":
            assert re.fullmatch(r"(LA)?\d{1,7}-\d", item["code"]), item
            assert luhn(item["code"]), item
        if system == "snomed":
            assert re.fullmatch(r"\d{6,18}", item["code"]), item
            assert verhoeff(item["code"]), item


@pytest.mark.parametrize("name", NAMES)
def test_names_are_words_that_cannot_mean_something_else(name: str) -> None:
    names = read(name).get("names", [])
    assert isinstance(names, dict) == (read(name)["kind"] in ("drug", "ordinary") and bool(names))
    words = [word for part in names.values() for word in part] if isinstance(names, dict) else names
    assert len(words) == len(set(words))
    if read(name)["kind"] != "value":
        short = {word for word in words if re.fullmatch(r"[A-Za-z]{1,3}", word)}
        assert short <= ABBREVIATIONS
        assert "IgG4" not in words or name == "serum-igg4"


def drug_names() -> list[tuple[str, str, int, str]]:
    found = []
    for name in NAMES:
        names = read(name).get("names", [])
        if isinstance(names, dict):
            found += [(name, drug, at, word) for at, (drug, words) in enumerate(names.items()) for word in words]
    return found


def test_a_longer_drug_name_stands_before_the_one_it_contains() -> None:
    listed = [name for name in drug_names() if not name[3].isascii()]
    wrong = [
        (name, longer, shorter)
        for name in NAMES
        if read(name)["kind"] == "drug"
        for _, _, at, longer in [one for one in listed if one[0] == name]
        for other, _, place, shorter in listed
        if other == name and at > place and shorter in longer
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("words", "name", "ingredient"),
    [
        ("注射用维泊妥珠单抗", "other-biologics", "antineoplastic monoclonal antibody"),  # not tocilizumab
        ("尼妥珠单抗注射液", "other-biologics", "antineoplastic monoclonal antibody"),
        ("奥妥珠单抗", "b-cell-depleting", "obinutuzumab"),
        ("氯喹那多普罗雌烯阴道片", "nonsystemic-immunosuppressants", "chlorquinaldol"),  # not chloroquine
        ("硫酸羟氯喹片", "nonbiologic-dmards", "hydroxychloroquine"),
        ("伏环孢素", "nonbiologic-dmards", "voclosporin"),
        ("异环磷酰胺", "dmard-words", "cytotoxic"),  # not cyclophosphamide
        ("过敏反应停用的药物", "", ""),  # holds an old name of thalidomide
    ],
)
def test_a_short_name_inside_a_longer_one_is_another_drug(words: str, name: str, ingredient: str) -> None:
    drugs = ValueSetFolder(FOLDER).load(one for one in NAMES if read(one)["kind"] == "drug")
    hits = Terminology(drugs).classify(Concept((), words))
    assert {(found, hit.ingredient) for found, hit in hits.items()} == ({(name, ingredient)} if name else set())


def test_every_ingredient_of_a_deciding_drug_set_has_names() -> None:
    classes = {
        "tnf-alpha inhibitor",
        "interleukin inhibitor",
        "immunosuppressive monoclonal antibody",
        "jak inhibitor",
    } | {"cd20 inhibitor", "cd38 inhibitor"}
    for name in ("systemic-glucocorticoids", "b-cell-depleting", "biologic-immunomodulators", "nonbiologic-dmards"):
        named = read(name)["names"].keys()
        assert {item["ingredient"] for _, item in items(name)} - named <= classes | {"fcrn inhibitor"}


def rows(text: str) -> list[tuple[str, ...]]:
    words = text.split()
    return [tuple(words[at : at + 3]) for at in range(0, len(words), 3)]


MUST_HOLD = rows("""
igg4rd-diagnosis      icd-10-cm D89.84         igg4rd-diagnosis      icd-11 4A43.0
igg4rd-index          icd-10-cm D89.84         igg4rd-index          snomed 49120005
igg4rd-proxies        icd-10 M35.5             igg4rd-context        icd-10-cm K86.1
igg4rd-listed-organs  snomed 15776009          serum-igg4            loinc 2469-5
severe-organ-dysfunction icd-10-cm N18.6       organ-dysfunction-context icd-10-cm N18.30
sepsis                icd-10-cm A41.9          primary-immunodeficiency icd-10 D83.9
primary-immunodeficiency snomed 234549008      immunodeficiency-doubtful snomed 24419001
immunodeficiency-doubtful icd-10-cm D84.821    malignancy            icd-10-cm C25.9
malignancy            icd-10 C97               malignancy            icd-10-cm C7A.00
malignancy            snomed 363418001         malignancy-history    icd-10-cm Z85.850
malignancy-doubtful   icd-10-cm C44.91         malignancy-doubtful   icd-10 D05.1
malignancy-doubtful   snomed 254701007         b-cell-depleting      rxnorm 121191
b-cell-depleting      atc L01XC02              biologic-immunomodulators rxnorm 1092437
b-cell-depleting      atc L01FA99              dmard-doubtful        atc L04AX99
systemic-glucocorticoids atc H02AB03           nonbiologic-dmards    atc D11AH08
other-biologics       atc J06BB04              other-biologics       atc L04AJ99
biologic-immunomodulators atc L04AC27          other-biologics       atc L01FF02
biologic-exposure     icd-10-cm Z79.620        nonbiologic-dmards    rxnorm 197388
nonbiologic-dmards    atc L04AA13              pregnancy             snomed 77386006
pregnancy             icd-10 O24.4             pregnancy-ended       icd-10 O03.9
delivery              icd-10-cm Z37.0          no-childbearing       icd-10-cm Z90.710
hbsag                 loinc 5196-1             hbv-dna-log           loinc 48398-2
anti-hbc              loinc 13952-7            hepatitis-b           icd-10 B18.100x007
hepatitis-b           snomed 61977001          hepatitis-b-doubtful  icd-10 Z22.501
hiv                   icd-10 B24               hiv                   icd-9-cm 042
hiv-screen            loinc 56888-1            hiv-confirm           loinc 5221-7
hiv-rna               loinc 25835-0            hiv-partial           loinc 9821-0
tb-active             icd-10 A16.200x002       tb-active             snomed 427099000
tb-latent-or-old      icd-10-cm R76.12         tspot-mitogen         loinc 74280-9
chest-imaging         loinc 24627-2            result-positive       interpretation RR
systemic-glucocorticoids atc H02AB07           nonsystemic-glucocorticoids atc R03BA02
b-cell-depleting      atc L01XL04              b-cell-depleting      atc L04AG15
dmard-doubtful        atc L04AJ05              dmard-words           atc L01BC01
hiv-treatment         atc J05AR27              malignancy-doubtful   snomed 315058005
malignancy            icd-10-cm O9A.12         tb-active             icd-10 M49.0
tb-active             icd-10 O98.0             dmard-exposure        icd-10-cm Z79.622
mycobacterial-culture loinc 543-9              hiv-partial           loinc 41144-7
sepsis                icd-10-cm B37.7          serious-infections    icd-10-cm B45.1
serious-infections    icd-10 M72.6             severe-organ-dysfunction icd-10-cm I13.0
pregnancy-doubtful    icd-10-cm O99.011        serious-infections    icd-10-cm R78.81
""")


@pytest.mark.parametrize(("name", "system", "code"), MUST_HOLD)
def test_a_set_holds_what_it_is_for(name: str, system: str, code: str) -> None:
    assert holds(name, system, code)


MUST_NOT = rows("""
igg4rd-index          snomed 234549008         igg4rd-index          snomed 235494005
igg4rd-index          snomed 197441003         igg4rd-index          icd-10-cm K86.1
eosinophils-absolute  loinc 713-8              anca-pr3              loinc 17353-4
systemic-glucocorticoids rxnorm 1085728        systemic-glucocorticoids atc D07AA02
severe-organ-dysfunction icd-10-cm N18.30      primary-immunodeficiency icd-10-cm D84.821
primary-immunodeficiency icd-10 D84.1          primary-immunodeficiency icd-10-cm D89.84
malignancy            icd-10-cm C44.91         malignancy            icd-10-cm Z80.3
malignancy            icd-10-cm Z85.3          malignancy            icd-10 D47.2
malignancy            snomed 254701007         malignancy            snomed 718220008
malignancy-doubtful   icd-10-cm D47.2          malignancy            icd-9-cm 173.9
biologic-immunomodulators rxnorm 993452        nonbiologic-dmards    atc D11AH01
nonbiologic-dmards    rxnorm 378766            biologic-immunomodulators atc L04AJ05
pregnancy             icd-10-cm O80            pregnancy             icd-10 O03.9
lactation             icd-10-cm O92.5          hcg-quantitative      loinc 14041-8
no-uterus             icd-10-cm Z90.712        hbsag                 loinc 77739-1
hbsag                 loinc 16935-9            anti-hbc              loinc 24113-3
hepatitis-b           snomed 271511000         hepatitis-b           icd-10 Z22.501
hiv                   snomed 444356002         hiv                   icd-10-cm R75
hiv                   snomed 765434008         hiv-screen            loinc 9821-0
tb-active             icd-10-cm R76.12         tb-active             icd-10-cm A31.0
tb-active             snomed 234953003         tspot-panel           loinc 74280-9
igra                  loinc 71774-4            result-positive       interpretation R
result-positive       interpretation A         result-positive       interpretation H
malignancy            snomed 315058005         malignancy            snomed 402545000
malignancy            snomed 416669000         malignancy            snomed 231829006
biologic-immunomodulators atc L04AG13          other-biologics       atc L04AJ05
dmard-exposure        icd-10-cm Z79.620        hiv-treatment         atc J05AR03
severe-organ-dysfunction icd-10-cm I13.10      severe-organ-dysfunction icd-10 K74.3
serious-infections    icd-10-cm B44.1          sepsis                icd-10-cm R65.10
""")


@pytest.mark.parametrize(("name", "system", "code"), MUST_NOT)
def test_a_set_does_not_hold_its_look_alikes(name: str, system: str, code: str) -> None:
    assert not holds(name, system, code)


APART = [
    ("igg4rd-diagnosis", "igg4rd-proxies", "igg4rd-context", "igg4rd-mimics"),
    ("malignancy", "malignancy-history", "malignancy-doubtful"),
    ("b-cell-depleting", "other-biologics", "nonbiologic-dmards", "dmard-doubtful"),
    ("biologic-immunomodulators", "other-biologics", "nonbiologic-dmards"),
    ("systemic-glucocorticoids", "nonsystemic-glucocorticoids"),
    ("nonbiologic-dmards", "nonsystemic-immunosuppressants"),
    ("primary-immunodeficiency", "immunodeficiency-doubtful"),
    ("severe-organ-dysfunction", "organ-dysfunction-context"),
    ("pregnancy", "pregnancy-doubtful", "delivery", "pregnancy-ended"),
    ("lactation", "lactation-suppressed"),
    ("hepatitis-b", "hepatitis-b-doubtful"),
    ("hbsag", "hbv-dna", "hbv-dna-log", "anti-hbc", "anti-hbc-igm", "anti-hbs", "hbeag", "hepatitis-b-doubtful-tests"),
    ("hiv", "hiv-doubtful", "hiv-negative"),
    ("hiv-screen", "hiv-confirm", "hiv-rna", "hiv-partial"),
    ("tb-active", "tb-latent-or-old"),
    ("tspot-panel", "tspot-a", "tspot-b", "tspot-nil", "tspot-mitogen", "igra", "ppd", "tb-culture-naat", "afb-smear"),
    ("igra", "qft-tb1", "qft-tb2", "qft-nil", "qft-mitogen"),
    ("result-positive", "result-negative", "result-equivocal", "result-none"),
    ("pregnant-values", "not-pregnant-values"),
    ("sepsis", "serious-infections"),
]


@pytest.mark.parametrize("apart", APART, ids=lambda sets: sets[0])
def test_sets_that_mean_different_things_share_no_code(apart: tuple[str, ...]) -> None:
    for name in apart:
        for system, item in items(name):
            assert [n for n in apart if holds(n, system, item["code"])] == [name], item


DECIDING = {
    "I3": "igg4rd-diagnosis igg4rd-proxies serum-igg4 eosinophils-absolute anca-pr3 anca-mpo",
    "I4": "systemic-glucocorticoids",
    "E1": "severe-organ-dysfunction",
    "E2": "sepsis",
    "E3": "primary-immunodeficiency",
    "E4": "malignancy malignancy-history",
    "E5": "b-cell-depleting biologic-immunomodulators",
    "E6": "nonbiologic-dmards",
    "E7": "pregnancy lactation pregnancy-planning pregnancy-status hcg-qualitative hcg-quantitative due-date",
    "E8a": "hbsag hbv-dna hbv-dna-log hepatitis-b",
    "E8b": "hiv hiv-screen hiv-confirm hiv-rna",
    "E9": "tb-active igra tspot-panel tspot-a tspot-b ppd tb-culture-naat chest-imaging",
}
SYSTEMS = {"icd10cm": "icd-10-cm", "icd10who": "icd-10", "icd11": "icd-11", "snomed": "snomed", "loinc": "loinc"}
SYSTEMS |= {"rxnorm": "rxnorm", "atc": "atc", "cvx": "cvx"}


@pytest.mark.skipif(not CODES.is_file(), reason="the harvested codes are not beside this checkout")
@pytest.mark.parametrize("criterion", DECIDING)
def test_no_known_trap_is_held_by_a_set_that_decides(criterion: str) -> None:
    harvested = json.loads(CODES.read_text("utf-8"))
    lists = next(lists for key, lists in harvested.items() if key.startswith(f"{criterion}_"))
    caught = [
        (name, code["code"], code["display"])
        for system, codes in lists.items()
        for code in codes
        if code["role"] == "trap" and system in SYSTEMS
        for name in DECIDING[criterion].split()
        if holds(name, SYSTEMS[system], code["code"])
    ]
    assert not caught


ROLES = {
    "E8a_hbv": {
        "match": "hepatitis-b",
        "lab": "hbsag hbv-dna hbv-dna-log",
        "review": "hepatitis-b-doubtful hepatitis-b-doubtful-tests hbeag",
        "context": "hepatitis-b-vaccines",
    },
    "E8b_hiv": {
        "match": "hiv",
        "lab": "hiv-screen hiv-confirm hiv-rna hiv-partial",
        "review": "hiv-doubtful",
        "value": "hiv-negative",
    },
    "E9_active_tb": {
        "match": "tb-active",
        "lab": "igra tspot-panel tspot-a tspot-b qft-tb1 qft-tb2 qft-tb1-raw qft-tb2-raw ppd tb-culture-naat tb-doubtful-tests",
        "review": "tb-latent-or-old afb-smear",
        "context": "chest-imaging tspot-nil tspot-mitogen qft-nil qft-mitogen qft-mitogen-raw",
        "value": "mtb-organism ppd-negative",
    },
}
OTHERWISE = {
    "95147-5": "a panel: its members are read",
    "95148-3": "a panel: its members are read",
    "95149-1": "a panel: its members are read",
    "713742005": "an antibody found by a screen is unconfirmed: hiv-doubtful",
    "406109008": "found by a screen, unconfirmed: hiv-doubtful",
    "MA14.0": "laboratory evidence, as R75: hiv-doubtful",
    "765434008": "a protein that is named after the virus",
    "234953003": "a tooth",
}
"""Harvested codes that are read otherwise than their role, and why."""
ANSWERS = {
    "POSITIVE": "result-positive",
    "NEGATIVE": "result-negative",
    "EQUIVOCAL": "result-equivocal",
    "EQUIVOCAL -> review": "result-equivocal",
    "NO RESULT": "result-none",
    "NO RESULT -> unknown": "result-none",
}


@pytest.mark.skipif(not CODES.is_file(), reason="the harvested codes are not beside this checkout")
@pytest.mark.parametrize("criterion", ROLES)
def test_every_verified_code_of_an_infection_is_read_as_its_role_says(criterion: str) -> None:
    lists = json.loads(CODES.read_text("utf-8"))[criterion]
    astray = [
        (system, code["code"], code["display"], code["role"])
        for system, codes in lists.items()
        for code in codes
        if system in SYSTEMS and code["verified"] and code["role"] != "trap" and code["code"] not in OTHERWISE
        if not any(holds(name, SYSTEMS[system], code["code"]) for name in ROLES[criterion][code["role"]].split())
    ]
    assert not astray


@pytest.mark.skipif(not CODES.is_file(), reason="the harvested codes are not beside this checkout")
def test_every_verified_answer_is_read_as_what_it_says() -> None:
    values = json.loads(CODES.read_text("utf-8"))["V_result_values"]
    coded = [("snomed", code) for code in values["snomed"]]
    coded += [("interpretation", code) for code in values["v3-ObservationInterpretation"]]
    for system, code in coded:
        if (answer := ANSWERS.get(code["note"])) is not None:
            assert [n for n in ANSWERS.values() if holds(n, system, code["code"])][:1] == [answer], code
    words = {"POSITIVE": "positive", "NEGATIVE": "negative", "EQUIVOCAL": "equivocal", "NO RESULT": "no result"}
    for one in values["text"]:
        said = read_words(one["code"])
        assert said is not None, one
        assert said.value == words[one["note"].split(" (")[0]], one
