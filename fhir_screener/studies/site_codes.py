"""The `codes` of a site file: what a code of its own stands for, to which value set it belongs, or that it is to be ignored."""

from __future__ import annotations

from dataclasses import dataclass, field

from fhir_screener.criteria.spec import Spec
from fhir_screener.studies.site_lists import items
from fhir_screener.terminology.coding import ALIASES, STANDARD, Coding, normal_system
from fhir_screener.terminology.site import Key
from fhir_screener.terminology.valueset import Entry


@dataclass
class LocalCodes:
    """`means` {code: the standard code it stands for}; `listed` are in value sets, those of `entries` {set: codes}."""

    means: dict[Key, Coding] = field(default_factory=dict)
    listed: set[Key] = field(default_factory=set)
    ignored: set[Key] = field(default_factory=set)
    entries: dict[str, list[Entry]] = field(default_factory=dict)

    def __contains__(self, key: Key) -> bool:
        return key in self.means or key in self.listed or key in self.ignored


def local_codes(spec: Spec, site: str) -> LocalCodes:
    """The codes of the file; raises MappingError."""
    found = LocalCodes()
    for group in items(spec, "codes"):
        system = _local(group)
        for item in items(group, "items"):
            key = (system, _text(item))
            if key in found:
                raise item.fail(f"the code {key[1]!r} stands there twice", "keep one of them", "code")
            _enter(item, key, found, site)
        group.done()
    return found


def _enter(item: Spec, key: Key, found: LocalCodes, site: str) -> None:
    display = item.text("name", "")
    ways = [way for way in ("means", "in", "ignore") if item.has(way)]
    if len(ways) != 1:
        raise item.fail(
            "a code needs exactly one of `means`, `in` and `ignore`",
            "write `means: loinc|5196-1` (a standard code), `in: hbsag` (a value set), or `ignore: true`",
        )
    if ways == ["means"]:
        found.means[key] = _standard(item)
    elif ways == ["in"]:
        entry = Entry(*key, display, f"site {site}", item.text("ingredient", ""))
        found.entries.setdefault(_set(item), []).append(entry)
        found.listed.add(key)
    elif item.flag("ignore"):
        found.ignored.add(key)
    else:
        raise item.fail("`ignore` is true, or is left out", "to count the code, write `means` or `in`", "ignore")
    item.done()


def _set(item: Spec) -> str:
    if not isinstance(item.value["in"], str):
        raise item.fail("expected the name of one value set", "in: hbsag", "in")
    (name,) = item.value_sets("in", needed=True)
    return name


def _text(item: Spec) -> str:
    """A code that YAML took for a number is taken only where that cannot have changed it."""
    value = item.child("code").value
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise item.fail("expected a code as text", 'put it in quotes: code: "0231"', "code")


def _local(group: Spec) -> str:
    system = group.text("system")
    uri = normal_system(ALIASES.get(system, system))
    if uri in ALIASES.values():
        raise group.fail(
            f"{system!r} is a standard code system: its codes mean the same everywhere",
            "only the site's own systems stand here; what a standard code belongs to stands in mappings/valuesets/",
            "system",
        )
    return uri


def _standard(item: Spec) -> Coding:
    system, bar, code = item.text("means").partition("|")
    uri = normal_system(ALIASES.get(system.strip(), system.strip()))
    if not bar or not code.strip() or uri not in STANDARD:
        raise item.fail(
            f"{item.value['means']!r} is no standard code",
            f"write system|code, such as loinc|5196-1; systems: {', '.join(sorted(ALIASES.keys() - {'local', 'ucum'}))}",
            "means",
        )
    return Coding(uri, code.strip())
