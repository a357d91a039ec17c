"""Answers of tests as German, French and Dutch laboratories write them, folded: read where they are the whole answer."""

from __future__ import annotations

NEGATIVE = frozenset(
    {
        *("negativ", "nicht nachweisbar", "nicht nachgewiesen", "nicht reaktiv", "kein nachweis"),
        *(
            "négatif",
            "négative",
            "negatif",
            "non détecté",
            "non détectée",
            "non détectable",
            "indétectable",
            "non réactif",
            "non réactive",
        ),
        *("negatief", "niet aantoonbaar", "niet aangetoond", "niet reactief", "niet gedetecteerd"),
    }
)
POSITIVE = frozenset(
    {
        *("positiv", "nachweisbar", "nachgewiesen", "reaktiv"),
        *("positif", "détecté", "détectée", "réactif", "réactive"),
        *("positief", "aantoonbaar", "aangetoond", "reactief", "gedetecteerd"),
    }
)
EQUIVOCAL = frozenset(
    {
        *("grenzwertig", "schwach positiv", "schwach reaktiv", "fraglich", "nicht eindeutig", "unbestimmt"),
        *(
            "douteux",
            "douteuse",
            "faiblement positif",
            "faiblement positive",
            "indéterminé",
            "indéterminée",
            "équivoque",
            "limite",
        ),
        *("zwak positief", "dubieus", "grenswaarde", "onbepaald"),
    }
)
