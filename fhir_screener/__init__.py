"""Screens patient charts on a FHIR R4 server against the eligibility criteria of clinical trials."""
