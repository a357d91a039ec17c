"""What somebody typed into the form of a decision that does not hold together yet: shown again, with what is wrong beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import FormData

from fhir_screener.errors import Incomplete
from fhir_screener.sentence import Text
from fhir_screener.web.doors import given

_FIELDS = ("reason", "until", "note", "owner")


@dataclass(frozen=True)
class Typed:
    """The fields of such a form, the rows that were ticked (Task ids), the field that is at fault, and what to do about it.

    `page` is which further page of a list it stands on, as its address has it.
    """

    fields: dict[str, str] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    part: str = ""
    said: Text = ""
    page: str = ""

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


NOTHING = Typed()
"""A form as it is at first."""


def typed_of(form: FormData, error: Incomplete) -> Typed:
    """What to show again of a form that was refused for this."""
    tasks = frozenset(text.partition(" ")[0] for text in form.getlist("task") if isinstance(text, str))
    return Typed({name: given(form, name) for name in _FIELDS}, tasks, error.part, error.said)
