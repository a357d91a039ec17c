"""`python -m fhir_screener` is `fhir-screener`."""

from fhir_screener.cli.main import main

main()
