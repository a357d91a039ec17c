"""Searching for one type of a batch of patients, so that what fails for one patient fails for that patient only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fhir_screener.errors import AuthError, Busy, ForeignOrigin, NotSupported, ServerError, Unreachable
from fhir_screener.fhir.search import Found, search_all
from fhir_screener.fhir.server_plan import TypePlan
from fhir_screener.fhir.session import FhirSession

_LOST = 8
"""Ids for which a type may fail one by one, before the rest of what fails is given up together."""
_ENOUGH = 10
"""Ids after which it is known how many resources each brings."""
_FILL = 0.7
"""How much of a page a batch is meant to fill; charts differ."""


@dataclass
class TypeResult:
    """What came. `failed` are the ids for which it cannot be taken as whole; `absent` where the type is not offered."""

    type: str
    found: list[Found] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """{id: why}"""
    absent: bool = False
    warnings: list[str] = field(default_factory=list)
    error: ServerError | None = None
    """The last error of a request."""


class BatchRead:
    """Reads types by batches of ids over one session. Threads may share it."""

    def __init__(self, session: FhirSession) -> None:
        self._session = session
        self._singly: set[str] = set()
        """Types that this server gives for one patient at a time only."""
        self._counts: dict[str, tuple[int, int]] = {}
        """{type: (ids asked for, resources that came)} so far."""

    def read(self, how: TypePlan, ids: Sequence[str]) -> TypeResult:
        """Everything of this type for these ids; never raises for a server's failure."""
        result = TypeResult(how.type)
        waiting = list(replace(how, batch=self._fitting(how)).batches(ids))
        lost, together, alone, refused = 0, 0, 0, 0
        short: Counter[str] = Counter()
        while waiting and not result.absent:
            batch = waiting.pop(0)
            why, hopeless = self._one(how, batch, result)
            if not why:
                together, alone = together + (len(batch) > 1), alone + (len(batch) == 1)
            elif len(batch) > 1 and lost < _LOST and not hopeless:
                refused += 1
                half = len(batch) // 2
                waiting[:0] = [batch[:half], batch[half:]]
            else:
                lost += 1
                result.failed.update(dict.fromkeys(batch, why))
                short[why] += len(batch)
        for why, count in short.items():
            result.warnings.append(f"{how.type}: {_whose(count, how)} could not be read in full: {why}")
        if refused and not together and alone > 1 and not lost:
            self._singly.add(how.type)
        return result

    def _fitting(self, how: TypePlan) -> int:
        """So many ids that their resources fit one page, as far as is known: a first page is the cheapest.

        HAPI 8 takes half a second for each further page of a search, and counts only what fits one.
        """
        if how.type in self._singly:
            return 1
        asked, came = self._counts.get(how.type, (0, 0))
        if asked < _ENOUGH or not came or how.parameter == "_id":
            return how.batch
        return min(how.batch, max(1, int(_FILL * how.page * asked / came)))

    def _one(self, how: TypePlan, batch: list[str], result: TypeResult) -> tuple[str, bool]:
        """(why it failed or "", whether asking for less would not help)."""
        try:
            found = search_all(self._session, how.type, how.query(batch), post=how.post)
        except NotSupported as error:
            result.absent, result.error = True, error
            return "", True
        except ServerError as error:
            result.error = error
            return str(error), isinstance(error, AuthError | Busy | Unreachable | ForeignOrigin)
        asked, came = self._counts.get(how.type, (0, 0))
        self._counts[how.type] = (asked + len(batch), came + len(found.entries))
        partial = [str(one) for one in found.warnings if one.partial]
        if partial and len(batch) > 1:
            return "; ".join(partial), False
        result.found.append(found)
        result.warnings += [str(one) for one in found.warnings if not one.partial]
        return "; ".join(partial), False


def _whose(count: int, how: TypePlan) -> str:
    """How many patients, or how many records that only others name."""
    if how.parameter == "_id" and how.type != "Patient":
        return f"{count} record{'s' * (count > 1)} that charts refer to"
    return f"{count} patient{'s' * (count > 1)}"
