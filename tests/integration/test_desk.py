"""A coordinator's decisions on three servers: what each writes, and that none is lost or laid over another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import orjson
import pytest

from fhir_screener.errors import Busy, NotSupported, Overtaken, ServerError, UsageError
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import extensions, value_of
from fhir_screener.fhir.task.desk import Desk, version_of
from fhir_screener.fhir.task.history import recorded
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.decision import Decision, Move, Person, Rejection, decision
from fhir_screener.screening.screening import Outcome
from tests.builders.screenings import screening
from tests.integration.task_world import STUDY, World, codes, without, world

ANNA, BEN = Person("anna", "Anna Weiss"), Person("ben", "Ben Li")
TODAY = date(2021, 3, 2)
KEPT = screening()
CHANGED = screening(criteria=KEPT.criteria[:2], outcome=Outcome.REVIEW)


def desk(there: World, **changes: Any) -> Desk:
    parts = {"session": there.session, "capability": there.capability, "setting": there.setting}
    return Desk(**{**parts, "clock": there.clock, "version": "0.1.0", **changes})


def move(kind: Move, by: Person = ANNA, **more: Any) -> Decision:
    return decision(kind, by, TODAY, **more)


def subjects(there: World) -> list[tuple[str, str]]:
    """Status and patient of each ResearchSubject; as it should be, where the server has no such type."""
    if there.capability.can("ResearchSubject", "update") is False:
        return [("screening" if there.task()["status"] == "accepted" else "not-registered", "Patient/p1")]
    found = there.search("ResearchSubject")
    return [(one["status"], "/".join(one["individual"]["reference"].split("/")[-2:])) for one in found]


@pytest.fixture
def there(fhir_server: str) -> World:
    found = world(fhir_server)
    found.sweep(KEPT)
    return found


def test_accepting_makes_a_research_subject_and_leaves_a_trace(there: World) -> None:
    task = desk(there).decide(STUDY, "p1", move(Move.ACCEPT, note="Rang, keen."))
    assert task["status"] == "accepted"
    assert task["owner"]["display"] == "Anna Weiss"
    assert task["note"][0]["authorString"] == "Anna Weiss"
    assert value_of(task, names.DECIDED_ON_EXT).startswith("sha256:")
    assert subjects(there) == [("screening", "Patient/p1")]
    (event,) = there.search("AuditEvent")
    assert event["agent"][0]["who"]["identifier"]["value"] == "anna"
    assert codes(event["agent"][0], "type") == ["study-coordinator"]
    authors = [p["agent"][0]["who"].get("display") for p in there.search("Provenance")]
    assert "Anna Weiss" in authors


def test_the_history_tells_what_was_decided(there: World) -> None:
    at = desk(there)
    at.decide(STUDY, "p1", move(Move.ASSIGN, owner=Person("mei", "Mei Lin")))
    at.decide(STUDY, "p1", move(Move.SNOOZE, until=date(2021, 4, 1)))
    task = at.decide(STUDY, "p1", move(Move.REJECT, reason=Rejection.DECLINED))
    told = {one.what: one for one in recorded(there.session, str(task["id"])) if one.person}
    assert told["assign"].owner == "Mei Lin"
    assert told["snooze"].until == "2021-04-01"
    assert told["reject"].reason == "The patient declined to take part"
    assert {one.by for one in told.values()} == {"Anna Weiss"}


def test_a_rejection_comes_back_only_when_its_evidence_changes(there: World) -> None:
    task = desk(there).decide(STUDY, "p1", move(Move.REJECT, reason=Rejection.DECLINED))
    assert (task["status"], codes(task, "statusReason")) == ("rejected", ["declined"])
    assert there.sweep(KEPT) is Action.LEAVE
    assert there.sweep(CHANGED) is Action.RESURFACE
    assert there.task()["status"] == "requested"


def test_snooze_then_undo(there: World) -> None:
    before = there.task()
    task = desk(there).decide(STUDY, "p1", move(Move.SNOOZE, until=date(2021, 4, 1)))
    assert task["status"] == "on-hold"
    back = desk(there).decide(STUDY, "p1", move(Move.UNDO))
    assert back["status"] == "requested"
    assert not extensions(back, names.RESUME_ON_EXT)
    assert back.get("owner") == before.get("owner")


def test_undo_goes_back_to_before_the_last_move_whatever_a_sweep_did_since(there: World) -> None:
    at = desk(there)
    at.decide(STUDY, "p1", move(Move.ACCEPT))
    assert there.sweep(CHANGED) is Action.UPDATE
    task = at.decide(STUDY, "p1", move(Move.UNDO))
    assert task["status"] == "requested"
    assert codes(task)[0] == "review"  # the sweep's own elements stay new
    assert subjects(there) == [("not-registered", "Patient/p1")]


def test_who_is_enrolled_meanwhile_stays_enrolled_whatever_is_decided(there: World) -> None:
    """The trial's own system moves the ResearchSubject on: from then on it is not ours to write."""
    at = desk(there)
    at.decide(STUDY, "p1", move(Move.ACCEPT))
    if there.capability.can("ResearchSubject", "update") is False:
        pytest.skip("this server has no ResearchSubject")
    (subject,) = there.search("ResearchSubject")
    there.session.put(f"ResearchSubject/{subject['id']}", orjson.dumps({**subject, "status": "on-study"}))
    at.decide(STUDY, "p1", move(Move.UNDO))
    assert subjects(there) == [("on-study", "Patient/p1")]


def test_what_a_sweep_did_is_not_undone(there: World) -> None:
    at = desk(there)
    at.decide(STUDY, "p1", move(Move.REJECT, reason=Rejection.DECLINED))
    assert there.sweep(CHANGED) is Action.RESURFACE
    with pytest.raises(UsageError, match="a sweep changed this candidate on 2021-03-01"):
        at.decide(STUDY, "p1", move(Move.UNDO))
    assert there.task()["status"] == "requested"  # it stays back before people
    at.decide(STUDY, "p1", move(Move.ACCEPT))
    assert at.decide(STUDY, "p1", move(Move.UNDO))["status"] == "requested"


def test_anothers_decision_is_not_undone(there: World) -> None:
    at = desk(there)
    at.decide(STUDY, "p1", move(Move.ACCEPT))
    at.decide(STUDY, "p1", move(Move.NOTE, BEN, note="She rang back."))
    with pytest.raises(UsageError, match="not yours: Ben Li made it on 2021-03-01"):
        at.decide(STUDY, "p1", move(Move.UNDO))
    assert at.decide(STUDY, "p1", move(Move.UNDO, BEN))["status"] == "accepted"


class Forgetful(FhirSession):
    """Cannot tell for the moment who changed what."""

    def get(self, target: str, *rest: Any, **more: Any) -> Any:
        if target == "Provenance":
            raise Busy("the server is busy", status=503, where=target)
        return super().get(target, *rest, **more)


def test_nothing_is_undone_while_nobody_can_tell_whose_it_was(there: World) -> None:
    """A server that does not answer is not one that keeps no record of who decided: Ben's decision stands."""
    desk(there).decide(STUDY, "p1", move(Move.REJECT, BEN, reason=Rejection.DECLINED))
    with pytest.raises(Busy):
        desk(there, session=Forgetful(there.base)).decide(STUDY, "p1", move(Move.UNDO))
    assert there.task()["status"] == "rejected"


def test_a_change_made_elsewhere_is_not_undone(there: World) -> None:
    at = desk(there)
    at.decide(STUDY, "p1", move(Move.ACCEPT))
    there.edit(priority="urgent", lastModified="2021-03-02T00:00:00Z")
    with pytest.raises(UsageError, match="changed elsewhere on 2021-03-02"):
        at.decide(STUDY, "p1", move(Move.UNDO))


def test_nothing_to_undo(there: World) -> None:
    with pytest.raises(UsageError, match="nothing to undo"):
        desk(there).decide(STUDY, "p1", move(Move.UNDO))


def test_two_people_at_once_get_a_readable_choice(there: World) -> None:
    seen = version_of(there.task())
    desk(there).decide(STUDY, "p1", move(Move.REJECT, BEN, reason=Rejection.UNREACHABLE), seen=seen)
    with pytest.raises(Overtaken) as stopped:
        desk(there).decide(STUDY, "p1", move(Move.ACCEPT), seen=seen)
    assert stopped.value.now == "rejected (Could not be reached); owner: Ben Li"
    assert there.task()["status"] == "rejected"


def test_a_sweep_in_between_is_no_conflict_unless_the_evidence_changed(there: World) -> None:
    seen = version_of(there.task())
    there.sweep(CHANGED)
    with pytest.raises(Overtaken, match="evidence changed"):
        desk(there).decide(STUDY, "p1", move(Move.ACCEPT), seen=seen)
    assert desk(there).decide(STUDY, "p1", move(Move.ACCEPT), seen=version_of(there.task()))["status"] == "accepted"


class Fickle(FhirSession):
    """Cannot say how the Task was when somebody looked at it."""

    why: ServerError

    def get(self, target: str, *rest: Any, **more: Any) -> Any:
        if "/_history/" in target:
            raise self.why
        return super().get(target, *rest, **more)


@pytest.mark.parametrize(
    ("why", "raised", "words"),
    [(Busy("busy", status=503), Busy, "busy"), (NotSupported("no"), Overtaken, "the server does not say how")],
)
def test_nobody_is_said_to_have_decided_where_that_is_not_known(
    there: World, why: ServerError, raised: type[ServerError], words: str
) -> None:
    seen, session = version_of(there.task()), Fickle(there.base)
    session.why = why
    there.edit(priority="urgent")
    with pytest.raises(raised, match=words):
        desk(there, session=session).decide(STUDY, "p1", move(Move.ACCEPT), seen=seen)


def test_of_many_at_the_same_moment_one_decides_and_none_is_lost(there: World) -> None:
    seen, several = version_of(there.task()), 6
    gate = Barrier(several)

    def work(number: int) -> str:
        here = World(there.base, FhirSession(there.base), there.capability)
        person = Person(f"c{number}")
        gate.wait(20)
        try:
            desk(here).decide(STUDY, "p1", move(Move.ASSIGN, person, owner=person), seen=seen)
        except Overtaken:
            return ""
        return person.id

    with ThreadPoolExecutor(several) as pool:
        done = [name for name in pool.map(work, range(several)) if name]
    assert len(done) == 1
    assert there.task()["owner"]["display"] == done[0]


def test_notes_of_two_people_both_stand(there: World) -> None:
    desk(there).decide(STUDY, "p1", move(Move.NOTE, note="first"))
    task = desk(there).decide(STUDY, "p1", move(Move.NOTE, BEN, note="second"))
    assert [note["text"] for note in task["note"]] == ["first", "second"]


def test_a_server_without_transactions_decides_all_the_same(there: World) -> None:
    there.capability = without(there.capability, transaction=False)
    task = desk(there).decide(STUDY, "p1", move(Move.REJECT, reason=Rejection.DECLINED))
    assert task["status"] == "rejected"
    assert there.search("AuditEvent")


def test_who_has_no_task(there: World) -> None:
    with pytest.raises(UsageError, match="Patient/p2 has no Task"):
        desk(there).decide(STUDY, "p2", move(Move.ACCEPT))
