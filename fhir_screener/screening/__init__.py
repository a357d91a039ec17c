"""From a patient record to a screening, and from screenings to candidates. Pure but for the sweep, which acts through ports."""
