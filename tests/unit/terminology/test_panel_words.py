"""The tests of hepatitis B in one text."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.panel_words import read_panel
from fhir_screener.terminology.result_words import Polarity, read_words

POS, NEG, EQUIV = Polarity.POSITIVE, Polarity.NEGATIVE, Polarity.EQUIVOCAL
BIG = {"HBsAg": POS, "HBsAb": NEG, "HBeAg": POS, "HBeAb": NEG, "HBcAb": POS}
IMMUNE = {"HBsAg": NEG, "HBsAb": POS, "HBeAg": NEG, "HBeAb": NEG, "HBcAb": NEG}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("HBsAg(+) HBsAb(-) HBeAg(+) HBeAb(-) HBcAb(+)", BIG),
        ("HBsAg(+)、HBsAb(-)、HBeAg(+)、HBeAb(-)、HBcAb(+)", BIG),
        ("乙肝两对半：HBsAg（+），抗-HBs（-），HBeAg（+），抗-HBe（-），抗-HBc（+），大三阳", BIG),
        ("乙肝表面抗原：阳性；乙肝表面抗体：阴性；乙肝e抗原：阳性；乙肝e抗体：阴性；乙肝核心抗体：阳性", BIG),
        ("HBsAg阴性，抗HBs阳性，HBeAg阴性，抗HBe阴性，抗HBc阴性。", IMMUNE),
        ("HBsAg negative, anti-HBs positive, HBeAg negative, anti-HBe negative, anti-HBc negative", IMMUNE),
        ("HBsAg: -; HBsAb: +; HBeAg: -; HBeAb: -; HBcAb: -", IMMUNE),
        ("大三阳", {"HBsAg": POS, "HBeAg": POS, "HBcAb": POS}),
        ("乙肝小三阳", {"HBsAg": POS, "HBeAb": POS, "HBcAb": POS}),
        ("小三阳(HBsAg阳性、HBeAb阳性、HBcAb阳性)", {"HBsAg": POS, "HBeAb": POS, "HBcAb": POS}),
        ("大三阳,HBsAb(-)", {"HBsAg": POS, "HBsAb": NEG, "HBeAg": POS, "HBcAb": POS}),
        ("HBsAg(±) HBcAb(+)", {"HBsAg": EQUIV, "HBcAb": POS}),
        ("HBcAb(-) HBcAb-IgM(+) HBsAg non-reactive", {"HBcAb": NEG, "HBcAb-IgM": POS, "HBsAg": NEG}),
    ],
)
def test_each_item_with_its_sign(text: str, said: dict[str, Polarity]) -> None:
    assert {test: read_words(answer) for test, answer in read_panel(text)} == said


@pytest.mark.parametrize(
    "text",
    [
        "乙肝两对半: 阴阴阴阴阴",  # by their place alone
        "阳阴阳阴阳",
        "1、3、5阳性",
        "HBsAg(+)，余阴性",
        "HBsAg、HBeAg、HBcAb阳性",  # one sign for several
        "HBsAg(+) HBsAb HBeAg(-)",  # one without a sign
        "HBsAg(+) HBsAg(-)",
        "HBsAg(+) HBsAb(-) HBeAg(-) HBeAb(+) HBcAb(+) 大三阳",  # the pattern says otherwise
        "既往大三阳",
        "大三阳?",
        "大三阳转小三阳",
        "大三阳,小三阳",
        "小三阳(HBsAg阴性)",
        "HBsAg(+)待复查 HBsAb(-)",
        "HBsAg 0.05 HBsAb 12.3",
        "HBsAg(+)",  # a single test is no panel
        "母亲HBsAg(+) HBeAg(+)",
        "",
    ],
)
def test_what_is_not_wholly_such_a_text(text: str) -> None:
    assert read_panel(text) == ()
