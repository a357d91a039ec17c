"""What was read about a patient, as typed facts."""
