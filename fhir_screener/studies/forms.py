"""The shape of a study file: its keys, and how each is read. Rules have theirs in `criteria.keys`."""

from __future__ import annotations

from typing import Any

from fhir_screener.criteria.keys import Build, Key, choice, mapping, rule, text
from fhir_screener.criteria.model import Anchor, Criterion
from fhir_screener.criteria.spec import Spec
from fhir_screener.errors import UsageError
from fhir_screener.records.dates import Duration, read_date, zone_info
from fhir_screener.studies.accepted import Accepted

COHORTS = ("index", "group", "list", "file", "all")
SETTLE = ("ask", "chart", "consent")


def _zone(spec: Spec, key: Key, build: Build) -> str:
    zone = spec.text("zone")
    try:
        zone_info(zone)
    except UsageError as error:
        raise spec.fail(str(error), key="zone") from None
    return zone


def _version(spec: Spec, key: Key, build: Build) -> str:
    return str(spec.child("version").value)


def _object(spec: Spec, key: Key, build: Build) -> dict[str, Any]:
    return dict(spec.child(key.name).mapping())


def _parameters(spec: Spec, key: Key, build: Build) -> dict[str, Any]:
    """Rules read them: they are set before any rule is read."""
    child = spec.child("parameters")
    spec.parameters = dict(child.mapping())
    if "later_within" in spec.parameters:
        child.duration("later_within")
    return dict(spec.parameters)


def _settle(item: Spec, key: Key, build: Build) -> str:
    child = item.child("settle")
    value = child.value
    if isinstance(value, str) and value in SETTLE:
        return value
    order = value["test"] if isinstance(value, dict) and list(value) == ["test"] else _order(value)
    if isinstance(order, str) and order.strip():
        return f"test: {order}"
    raise child.fail(f"{value!r} settles nothing", "ask, chart, consent, or `test: <order>`")


def _order(value: object) -> str:
    return value.removeprefix("test: ") if isinstance(value, str) and value.startswith("test: ") else ""


def _criteria(spec: Spec, key: Key, build: Build) -> tuple[Criterion, ...]:
    found: list[Criterion] = []
    for item in spec.child("criteria").items():
        criterion = Criterion(**CRITERION.read(item, build))
        if any(other.id == criterion.id for other in found):
            raise item.fail(f"there are two criteria {criterion.id!r}", "give each its own id", "id")
        found.append(criterion)
    if not found:
        raise spec.fail("a study needs criteria", key="criteria")
    return tuple(found)


def _anchor(spec: Spec, key: Key, build: Build) -> Anchor:
    child = spec.child("anchor")
    value = child.value
    if value == "none":
        return Anchor()
    if isinstance(value, str):
        return Anchor("one", (value,))
    mode, names = child.only()
    if mode not in ("any", "all"):
        raise child.fail(f"{mode!r} is no way to combine anchors", "any or all")
    return Anchor(mode, tuple(str(item.value) for item in names.items()))


def _cohort(spec: Spec, key: Key, build: Build) -> dict[str, object]:
    child = spec.child("cohort")
    if child.value == "all":
        return {"all": True}
    name, _ = child.only()
    if name not in COHORTS:
        raise child.fail(f"{name!r} is no cohort", f"one of {', '.join(COHORTS)}", name)
    if name == "index":
        return {name: sorted(child.value_sets("index", needed=True))}
    value = child.value[name]
    if name == "all" and value is True:
        return {name: True}
    if name == "all" or isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise child.fail(f"{value!r} names nobody", "all; or an id, or the path of a file, as text", name)
    return {name: str(value)}


def _recruiting(spec: Spec, key: Key, build: Build) -> tuple[str | None, str | None]:
    child = spec.child("recruiting")
    first, last = (_day(child, name) for name in ("from", "until"))
    child.done()
    begins, ends = read_date(first, "UTC"), read_date(last, "UTC")
    if begins and ends and begins.lo > ends.hi:
        raise child.fail(f"it begins on {first}, after it has ended on {last}", "look at both dates", "until")
    return first, last


def _day(child: Spec, name: str) -> str | None:
    if not child.has(name):
        return None
    value: Any = child.child(name).value
    if isinstance(value, dict) and list(value) == ["unset"]:
        return None
    if not isinstance(value, str) or read_date(value, "UTC") is None:
        raise child.fail(f"{value!r} is no date", "YYYY-MM-DD, or {unset: why}", name)
    return value


def _accept(spec: Spec, key: Key, build: Build) -> tuple[Accepted, ...]:
    found = []
    for item in spec.child("accept").items():
        given = ACCEPT.read(item, build)
        at = given["at"]
        found.append(Accepted(given["warning"], at, given["why"]))
    return tuple(found)


def _orders(spec: Spec, key: Key, build: Build) -> dict[str, dict[str, str]]:
    child = spec.child("orders")
    return {name: _named(child, name) for name in child.mapping()}


def _named(orders: Spec, name: str) -> dict[str, str]:
    """{language: name}; one text is English."""
    if isinstance(orders.child(name).value, str):
        return {"en": orders.text(name)}
    spec = orders.child(name)
    found = {language: spec.text(language) for language in ("en", "zh") if language == "en" or spec.has(language)}
    spec.done()
    return found


def _ids(spec: Spec, key: Key, build: Build) -> tuple[str, ...]:
    return tuple(str(item.value) for item in spec.child(key.name).items())


ACCEPT = mapping(
    "",
    "A warning of `study check` that is a choice, and why.",
    text("warning", "Its name, as `study check` gives it.").must(),
    Key("at", "texts", "The criteria it is accepted at; without it: the whole study.", absent=(), reader=_ids),
    text("why", "Why it is right so.").must(),
)
CRITERION = mapping(
    "",
    "One criterion of the protocol.",
    text("id", "Its id in the protocol: I1, E8a.").must(),
    choice("role", "Which list it is on.", "", "inclusion", "exclusion").must(),
    text("text", "The protocol's own sentence.").must(),
    text("reading", "How an ambiguous sentence was read, and by whom.", ""),
    rule("rule", "What makes it met: one rule.").must(),
    Key(
        "settle",
        "settle",
        "How an unknown is settled: ask, chart, consent, or `test: <order>`.",
        absent="",
        reader=_settle,
    ),
    choice(
        "phase",
        "When it is asked; what is asked at the visit is never one test away.",
        "prescreen",
        "prescreen",
        "visit",
    ),
    rule("applies_to", "Whom it is asked of; outside it, it stands in nobody's way."),
    choice("weight", "`minor` ranks `review`, and changes no verdict.", "", "minor"),
)
STUDY = mapping(
    "",
    "One trial: each criterion of the protocol beside its rule.",
    text("study", "The registry's id; the file's name.").must(),
    text("title", "The trial's title.").must(),
    Key("version", "version", "Raise it with every edit that can change a verdict.", absent="1", reader=_version),
    Key("source", "object", "Where the criteria come from.", absent={}, reader=_object),
    Key("zone", "zone", "The time zone whose days count: Asia/Shanghai.", needed=True, reader=_zone),
    Key("cohort", "cohort", "Who is worth reading: by value sets, Group, List, file of ids, or all.", absent={}, reader=_cohort),
    Key("registry", "object", "Limits of the registry's own fields, or {unset: why}.", absent={}, reader=_object),
    Key("recruiting", "recruiting", "{from, until}: dates, or {unset: why}.", absent=(None, None), reader=_recruiting),
    Key("parameters", "parameters", "Named numbers, ages and durations of this study.", absent={}, reader=_parameters),
    Key("criteria", "criteria", "The criteria, in the protocol's order.", needed=True, reader=_criteria),
    Key("orders", "orders", "{test: its name}: how each test of `settle` is ordered, in en and zh.", absent={}, reader=_orders),
    Key("anchor", "anchor", "The criterion that must point to the disease; any or all of some; none.", absent=Anchor(), reader=_anchor),
    Key("accept", "accept", "Warnings of `study check` that are choices.", absent=(), reader=_accept),
)  # fmt: skip
LATER = Duration.parse("P12M")
