"""All situations the sample hospital knows, by criterion: the table a clinician can check against the protocol."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_screener.sandbox.hospital.situations import (
    biologics,
    classification,
    glucocorticoids,
    hepatitis,
    hiv,
    immunosuppressants,
    infection_immunity,
    malignancy,
    organs,
    person,
    pregnancy,
    tuberculosis,
)
from fhir_screener.sandbox.hospital.situations.row import Row

ALL: Sequence[Row] = (
    *person.ROWS,
    *classification.ROWS,
    *glucocorticoids.ROWS,
    *organs.ROWS,
    *infection_immunity.ROWS,
    *malignancy.ROWS,
    *biologics.ROWS,
    *immunosuppressants.ROWS,
    *pregnancy.ROWS,
    *hepatitis.ROWS,
    *hiv.ROWS,
    *tuberculosis.ROWS,
)
_CRITERIA = dict.fromkeys(row.criterion for row in ALL)
BY_CRITERION = {name: [row for row in ALL if row.criterion == name] for name in _CRITERIA}
