"""Criteria and how they are judged. Pure: no I/O, no clock, no settings."""
