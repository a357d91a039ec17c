"""What undo goes back to: the Task before the last change of a coordinator's elements, if that change was the person's own. Pure.

Who made a version is told by the Provenance of the same moment. Another's decision and a sweep's change are never undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from fhir_screener.errors import UsageError
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, extensions
from fhir_screener.fhir.task.decided import hers
from fhir_screener.fhir.task.history import Happened
from fhir_screener.fhir.task.read import withdrawn_by_us
from fhir_screener.screening.decision import Person
from fhir_screener.sentence import Text, say


def before_own_move(versions: Sequence[Json], happened: Sequence[Happened], by: Person) -> Json:
    """The version before the person's last move; `versions` and `happened` newest first. Raises UsageError that says why not.

    Where the server keeps no Provenance at all, whose a change was is not known, and it is taken back.
    """
    for after, before in pairwise(versions):
        if hers(after) == hers(before):
            continue
        made = [one for one in happened if _moment(one.when) == _moment(str(after.get("lastModified", "")))]
        if any(one.person and one.by_id == by.id for one in made):
            return before
        if not happened and not _swept(after, before):
            return before
        raise UsageError(_refusal(after, before, made))
    raise UsageError(say("there is nothing to undo: nobody has decided on this candidate yet"))


def _refusal(after: Json, before: Json, made: Sequence[Happened]) -> Text:
    day = str(after.get("lastModified", ""))[:10]
    person = next((one for one in made if one.person), None)
    if person is not None:
        return say(
            "the last change of this candidate is not yours: {who} made it on {day}; decide anew instead",
            who=person.by,
            day=day,
        )
    if made or _swept(after, before):
        return say("a sweep changed this candidate on {day}, since you decided: look again, and decide anew", day=day)
    return say(
        "this candidate was changed elsewhere on {day}, not on these pages: look again, and decide anew", day=day
    )


def _swept(after: Json, before: Json) -> bool:
    """Whether the change bears the marks of a sweep: a decision set aside, a withdrawal made or taken back."""
    aside = [len(extensions(one, names.EARLIER_DECISION_EXT)) for one in (after, before)]
    return aside[0] > aside[1] or withdrawn_by_us(after) != withdrawn_by_us(before)


def _moment(text: str) -> datetime | None:
    """To the second; None for what is no instant."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC).replace(microsecond=0) if found.tzinfo else None
