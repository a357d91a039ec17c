"""How a Task stands, in one line, in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.standing import standing
from fhir_screener.i18n import translator
from fhir_screener.screening.decision import REJECTIONS
from fhir_screener.sentence import render

LI = {"owner": {"display": "Li Wei"}}
REJECTED = {"status": "rejected", "statusReason": {"text": next(iter(REJECTIONS.values()))}, **LI}
SNOOZED = {"status": "on-hold", "extension": [{"url": names.RESUME_ON_EXT, "valueDate": "2021-03-14"}]}


@pytest.mark.parametrize(
    ("task", "english", "chinese"),
    [
        ({"status": "requested"}, "waiting", "待处理"),
        (
            REJECTED,
            "rejected (Does not meet the eligibility criteria); owner: Li Wei",
            "已排除（不符合入排标准）；负责人：Li Wei",
        ),
        (SNOOZED, "snoozed until 2021-03-14", "已暂缓至 2021-03-14"),
        (
            {"status": "accepted", "note": [{"authorString": "Ben", "text": "Rang."}], **LI},
            "accepted; owner: Li Wei; last note by Ben",
            "已接受；负责人：Li Wei；最近备注者 Ben",
        ),
        ({"status": "of-another-kind"}, "of-another-kind", "of-another-kind"),
    ],
)
def test_one_line(task: dict[str, Any], english: str, chinese: str) -> None:
    assert str(standing(task)) == english
    assert render(standing(task), translator("zh")) == chinese


def test_a_sweeps_own_reason_is_said_too() -> None:
    for words in names.WITHDRAWALS.values():
        said = render(standing({"status": "cancelled", "statusReason": {"text": words}}), translator("zh"))
        assert words not in str(said)
