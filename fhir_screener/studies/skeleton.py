"""A new study to begin from: a commented file that can be checked at once, and a folder of mappings where there is none."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from fhir_screener.criteria.kinds import KINDS
from fhir_screener.errors import UsageError
from fhir_screener.records.dates import zone_info
from fhir_screener.studies.valuesets import ALWAYS, ValueSetFolder
from fhir_screener.studies.yaml_text import parse_yaml

_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$")

STUDY = """\
# yaml-language-server: $schema=../schema.json
# {id}. One entry a criterion of the protocol: its own sentence, then how it is read.
# `study check --study {id}` says what is missing; `study explain --study {id}` shows it as a sign-off sheet.
study: {quoted_id}
title: {quoted_title}
version: 1                      # raise it with every edit that can change a verdict
source: {{registry: "", modified: ""}}   # where the sentences below come from
zone: {zone}
cohort: {{index: [{name}-diagnosis]}}    # who is worth reading: anybody with a record in these value sets; or all
anchor: I2                      # the criterion that must point to the disease: without a record there, no signal
registry: {{min_age: 18 a, max_age: {{unset: the protocol names none}}}}   # the registry's own fields: a choice, never silence
parameters: {{later_within: P12M}}       # how far ahead "later" is worth a line

criteria:
  - id: I1
    role: inclusion
    text: Aged 18 years or older.                 # the protocol's own sentence, word for word
    rule: {{age: {{at_least: 18 a}}}}
    settle: chart                                 # how an unknown is settled: ask, chart, consent, or {{test: the order}}

  - id: I2
    role: inclusion
    text: "TO DO: the disease, in the protocol's words."
    reading: A diagnosis on record supports it; a person judges.      # how an ambiguous sentence was read, and by whom
    rule: {{condition: {{in: [{name}-diagnosis], match: judgement, refuted: not_met}}}}
    settle: chart

  - id: I3
    role: inclusion
    text: Written informed consent.
    rule: {{consent: {{to: this-study}}}}
    settle: consent

  # An exclusion by a drug, by a diagnosis, by a test; take away the `#` and name your value sets.
  # - id: E1
  #   role: exclusion
  #   text: Treatment with ... within 6 months.
  #   rule: {{exposure: {{to: [some-drugs], within: P6M}}}}
  #   settle: ask
  # - id: E2
  #   role: exclusion
  #   text: History of ... within 5 years.
  #   rule: {{condition: {{in: [some-disease], within: P5Y, corroborate: true}}}}
  #   settle: chart
  # - id: E3
  #   role: exclusion
  #   text: eGFR below 30 mL/min/1.73 m2.
  #   rule: {{result: {{of: [egfr], below: {{"mL/min/{{1.73_m2}}": 30}}, within: P3M, take: latest}}}}
  #   settle: {{test: egfr}}

# The rules there are:
{kinds}
"""

SET = """\
# yaml-language-server: $schema=../valueset.schema.json
valueset: {name}-diagnosis
title: {{en: "The disease of {id}", zh: "{id} 的目标疾病"}}
kind: condition                 # condition, drug, result, procedure, vaccine, value
version: 1
codes: []
# TO DO, for example:
# codes:
#   - system: icd-10
#     items:
#       - {{code: "M10", display: "Gout", source: "WHO ICD-10 2019"}}
# names: [gout, 痛风]              # words that name it where there is no code
"""


def write_study(mappings: Path, study: str, title: str, zone: str, ours: Path) -> list[Path]:
    """Write a study and its first value set; returns what was written. `ours` is where the sets every study uses are.

    Raises UsageError where the id or the zone is none, or the study is there already.
    """
    if not _ID.match(study):
        raise UsageError(f"{study!r} cannot be a study's id: letters, digits, `-`, `_` and `.`; such as NCT01234567")
    zone_info(zone)
    path = mappings / "studies" / f"{study.lower()}.yaml"
    if path.exists():
        raise UsageError(f"{path} is there already; it is left as it is")
    name = re.sub(r"[^a-z0-9]+", "-", study.lower()).strip("-")
    written = _folder(mappings, ours)
    kinds = "\n".join(f"#   {kind:<13} {form.form.about}" for kind, form in KINDS.items())
    texts = {
        path: STUDY.format(
            id=study.upper(),
            quoted_id=_quoted(study.upper()),
            quoted_title=_quoted(title),
            name=name,
            zone=zone,
            kinds=kinds,
        ),
        mappings / "valuesets" / f"{name}-diagnosis.yaml": SET.format(id=study.upper(), name=name),
    }
    for file, text in texts.items():
        if not file.exists():
            file.write_text(text, "utf-8")
            written.append(file)
    return written


def take_sets(mappings: Path, names: Sequence[str], ours: Path) -> list[Path]:
    """Copy value sets of our own library, with those they include; returns what was written.

    What is there already is left as it is. Raises UsageError for a set that the library has not.
    """
    library = ValueSetFolder(ours / "valuesets")
    for name in names:
        if name not in library.names:
            close = get_close_matches(name, library.names)
            raise UsageError(f"the library has no value set {name!r}; {', '.join(close) or 'none'} is near")
        library.get(name)
    written = _folder(mappings, ours)
    for name in sorted(library.with_included(names)):
        source, target = library.folder / f"{name}.yaml", mappings / "valuesets" / f"{name}.yaml"
        if not target.exists():
            shutil.copyfile(source, target)
            written.append(target)
    return written


def _quoted(text: str) -> str:
    """Text as it stands in YAML: as it is where it can be nothing else, else in double quotes."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9 -]*", text.strip()) and parse_yaml(text)[0] == text
    return text if plain else json.dumps(text, ensure_ascii=False)


def _folder(mappings: Path, ours: Path) -> list[Path]:
    """The folders, and copies of the value sets that every study uses."""
    written = []
    for name in ("studies", "valuesets"):
        (mappings / name).mkdir(parents=True, exist_ok=True)
    for name in ALWAYS:
        source, target = ours / "valuesets" / f"{name}.yaml", mappings / "valuesets" / f"{name}.yaml"
        if source.is_file() and not target.exists():
            shutil.copyfile(source, target)
            written.append(target)
    return written
