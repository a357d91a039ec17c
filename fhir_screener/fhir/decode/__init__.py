"""From the bytes of FHIR R4 resources to typed facts."""
