"""The embedded FHIR server, the sample hospital and the embedded broker. For demonstration and tests."""
