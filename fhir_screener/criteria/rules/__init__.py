"""The rule kinds of the criteria language, one module each."""
