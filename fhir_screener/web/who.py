"""Who is at the page, and what they may do. A sign-in gives a User; the session cookie carries it, signed."""

from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from fhir_screener.screening.decision import Person


class Role(Enum):
    """Coordinators see who a patient is, the study team does not; operators see sweeps only."""

    COORDINATOR = "coordinator"
    STUDY_TEAM = "study-team"
    OPERATOR = "operator"


@dataclass(frozen=True)
class User:
    """Somebody who is signed in. `studies` are those they may see; empty: all."""

    id: str
    name: str = ""
    role: Role = Role.COORDINATOR
    studies: tuple[str, ...] = ()

    @property
    def person(self) -> Person:
        return Person(self.id, self.name, self.role.value)

    @property
    def sees_identity(self) -> bool:
        return self.role is Role.COORDINATOR

    @property
    def sees_candidates(self) -> bool:
        return self.role is not Role.OPERATOR

    @property
    def decides(self) -> bool:
        return self.role is Role.COORDINATOR

    def may_see(self, study: str) -> bool:
        return not self.studies or study in self.studies

    def to_session(self) -> dict[str, Any]:
        return asdict(self) | {"role": self.role.value, "studies": list(self.studies)}

    @classmethod
    def from_session(cls, body: Any) -> User | None:
        """The user that a session holds, or None where it holds none that makes sense."""
        try:
            return cls(str(body["id"]), str(body["name"]), Role(body["role"]), tuple(map(str, body["studies"])))
        except (KeyError, TypeError, ValueError):
            return None


def same_token(given: str, wanted: str) -> bool:
    """Whether a token is the right one, in a time that tells nothing about it."""
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())
