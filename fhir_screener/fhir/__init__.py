"""Everything that speaks FHIR over HTTP or reads FHIR from files."""
